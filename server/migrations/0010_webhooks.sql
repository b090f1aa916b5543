-- Events of the signing service. A row is both the id, by which a repetition is
-- recognised, and the work that is still to be done for it.

CREATE TABLE webhook_events (
    -- The sender's id.
    id               TEXT    NOT NULL PRIMARY KEY,
    name             TEXT    NOT NULL,
    upstream_session BLOB    NOT NULL,
    -- Our session, once it is known that it is ours.
    session          BLOB    REFERENCES sessions (id),
    occurred_at      INTEGER NOT NULL,
    received_at      INTEGER NOT NULL,
    done_at          INTEGER
) STRICT;

CREATE INDEX webhook_events_waiting ON webhook_events (received_at) WHERE done_at IS NULL;
CREATE INDEX webhook_events_newest ON webhook_events (received_at);
CREATE INDEX webhook_events_of ON webhook_events (session);

-- How the sealed package of a session stands.
ALTER TABLE sessions ADD COLUMN packaging TEXT NOT NULL DEFAULT 'none'
    CHECK (packaging IN ('none', 'awaited', 'made', 'failed'));
UPDATE sessions SET packaging = 'made' WHERE id IN (SELECT session FROM results WHERE kind = 'package');
-- Signed, closed, of PDFs alone, and without one: it did not come in time.
UPDATE sessions SET packaging = 'failed'
WHERE packaging = 'none' AND api_state = 'SIGNED' AND api_final = 1
  AND NOT EXISTS (SELECT 1 FROM documents WHERE collection = sessions.collection AND mime_type <> 'application/pdf');

-- Roles, and teams: the owners of what people make.
-- A column added to a filled table cannot be both NOT NULL and a reference. A row
-- without a team is in nobody's reach, and the code never writes one.

CREATE TABLE teams (
    id         BLOB    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

-- Until now everybody saw everything: what is there belongs to one team, and who
-- is there goes on as before.
INSERT INTO teams (id, name, created_at)
SELECT x'01900000000070008000000000000001', 'First team', MIN(created_at) FROM staff HAVING COUNT(*) > 0;

ALTER TABLE staff ADD COLUMN role TEXT NOT NULL DEFAULT 'admin' CHECK (role IN
    ('viewer', 'sender', 'manager', 'admin', 'auditor', 'embedder'));
ALTER TABLE staff ADD COLUMN team BLOB REFERENCES teams (id);
ALTER TABLE staff ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1));
UPDATE staff SET team = x'01900000000070008000000000000001';

-- Documents and results belong to the team of their session.
ALTER TABLE sessions ADD COLUMN team BLOB REFERENCES teams (id);
UPDATE sessions SET team = (SELECT staff.team FROM staff WHERE staff.id = sessions.owner);

CREATE INDEX sessions_newest_of_team ON sessions (team, created_at DESC, id DESC);

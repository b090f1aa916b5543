-- Which documents the signer said to have read (a JSON array of ids), in place of one flag for all of them.
ALTER TABLE visit DROP COLUMN viewed;
ALTER TABLE visit ADD COLUMN read_documents TEXT NOT NULL DEFAULT '[]';
-- Who the signer is by the authentication that comes before the documents.
ALTER TABLE visit ADD COLUMN pre_identity TEXT;
-- Which document an event is about, when it is about one.
ALTER TABLE event ADD COLUMN document_id TEXT;

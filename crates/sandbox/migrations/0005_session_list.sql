-- The list scans one of these from end to end: each holds all that filters look at, in the order that it is named for,
-- so that rows are read for the page alone.
CREATE INDEX session_list_created ON session (created_at, id, due_at, state, title_folded, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX session_list_due ON session (due_at, id, created_at, state, title_folded, deleted_at) WHERE deleted_at IS NULL;
DROP INDEX session_created_at;
DROP INDEX session_due_at;

-- For the sweep.
CREATE INDEX session_deleted_at ON session (deleted_at) WHERE deleted_at IS NOT NULL;

-- Both small sigmas are one letter when the case does not count.
UPDATE session SET title_folded = replace(title_folded, 'ς', 'σ');

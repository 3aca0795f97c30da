-- The ledger: what a run has done, kept in the target database itself, so that there is no second
-- store that could disagree. Created in one transaction with the run's row (ledger_begin_run).
-- To look into it:  SELECT * FROM pgconverge.run;  SELECT * FROM pgconverge.chunk WHERE NOT done;

CREATE TABLE pgconverge.run (
    only_one       boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    ledger_version integer NOT NULL,
    run_id         text NOT NULL,
    state          text NOT NULL CHECK (state IN ('running', 'done', 'done with findings', 'failed')),
    phase          text NOT NULL DEFAULT '',
    source         text NOT NULL,
    source_server  text NOT NULL,
    source_database text NOT NULL,
    target_schema  text NOT NULL,
    plan_digest    text NOT NULL,
    plan_json      text NOT NULL,
    token          text NOT NULL DEFAULT '',
    program_version text NOT NULL,
    started_at     timestamptz NOT NULL DEFAULT pg_catalog.now(),
    finished_at    timestamptz,
    verdict        text NOT NULL DEFAULT '',
    epoch          bigint NOT NULL,
    owner          text NOT NULL,
    max_quarantined bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE pgconverge.run IS 'The run that loads this database; there is one at most.';
COMMENT ON COLUMN pgconverge.run.ledger_version IS 'Form of this schema; a program refuses another.';
COMMENT ON COLUMN pgconverge.run.token IS 'Where the source stood at the snapshot: server|gtid|binlog|lsn.';
COMMENT ON COLUMN pgconverge.run.epoch IS 'Which ownership counts: every commit compares its own, and fails when another process took over.';
COMMENT ON COLUMN pgconverge.run.max_quarantined IS 'So many rows may be set aside, as the process that works on the run was told.';
COMMENT ON COLUMN pgconverge.run.owner IS 'The process that took the run last.';

CREATE TABLE pgconverge."table" (
    number        integer PRIMARY KEY,
    source_name   text NOT NULL,
    target_schema text NOT NULL,
    target_name   text NOT NULL,
    created       boolean NOT NULL DEFAULT false,
    split         boolean NOT NULL DEFAULT false,
    rows_counted  bigint,
    rows_retried  bigint NOT NULL DEFAULT 0,
    digest        text NOT NULL DEFAULT ''
);
COMMENT ON TABLE pgconverge."table" IS 'The tables of the plan.';
COMMENT ON COLUMN pgconverge."table".created IS 'The run made it (discard drops it).';
COMMENT ON COLUMN pgconverge."table".split IS 'All its chunks stand in pgconverge.chunk.';
COMMENT ON COLUMN pgconverge."table".rows_counted IS 'One COUNT(*) of the source in the snapshot.';
COMMENT ON COLUMN pgconverge."table".rows_retried IS 'Rows that were set aside and have been written since, by pgconverge quarantine retry.';
COMMENT ON COLUMN pgconverge."table".digest IS 'What it held when the run ended, to see later writes of others.';

CREATE TABLE pgconverge.chunk (
    table_number integer NOT NULL REFERENCES pgconverge."table" (number) ON DELETE CASCADE,
    id           integer NOT NULL,
    lower_bound  bytea[],
    upper_bound  bytea[],
    done         boolean NOT NULL DEFAULT false,
    rows_copied  bigint NOT NULL DEFAULT 0,
    bytes_copied bigint NOT NULL DEFAULT 0,
    rows_quarantined bigint NOT NULL DEFAULT 0,
    done_at      timestamptz,
    PRIMARY KEY (table_number, id)
) WITH (fillfactor = 70);
COMMENT ON TABLE pgconverge.chunk IS 'Key ranges: lower < key <= upper, as the source''s raw bytes; NULL is open. "done" commits together with the rows.';

CREATE TABLE pgconverge.quarantine (
    number        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_number  integer NOT NULL REFERENCES pgconverge."table" (number) ON DELETE CASCADE,
    run_id        text NOT NULL,
    source_table  text NOT NULL,
    row_key       text NOT NULL,
    column_name   text NOT NULL,
    class         text NOT NULL,
    reason        text NOT NULL,
    column_names  text[] NOT NULL,
    column_values bytea[] NOT NULL,
    set_aside_at  timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE pgconverge.quarantine IS 'Rows that a policy set aside, whole and exact, committed with the chunk that they belong to. See: pgconverge quarantine list.';
COMMENT ON COLUMN pgconverge.quarantine.column_values IS 'Numbers and times as MySQL prints them, at full precision; all else the source''s own bytes, in the column''s character set.';

CREATE TABLE pgconverge.set_aside (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    rows     bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE pgconverge.set_aside IS 'How many rows the run has set aside: one row, so that workers who commit side by side cannot exceed the limit together.';
INSERT INTO pgconverge.set_aside DEFAULT VALUES;

CREATE TABLE pgconverge.changed (
    table_number integer NOT NULL,
    chunk_id     integer NOT NULL,
    column_name  text NOT NULL,
    class        text NOT NULL,
    policy       text NOT NULL,
    changed      bigint NOT NULL,
    samples      text[] NOT NULL,
    PRIMARY KEY (table_number, chunk_id, column_name, class)
);
COMMENT ON TABLE pgconverge.changed IS 'How many values a policy changed in a chunk, and a few of their rows'' keys.';

CREATE TABLE pgconverge.step (
    kind    text NOT NULL,
    name    text NOT NULL,
    state   text NOT NULL CHECK (state IN ('done', 'failed')),
    detail  text NOT NULL DEFAULT '',
    at      timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (kind, name)
);
COMMENT ON TABLE pgconverge.step IS 'What is done once: tables, indexes, foreign keys, sequences, triggers. "done" commits together with the step.';

CREATE TABLE pgconverge.finding (
    number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    error_id integer NOT NULL,
    severity text NOT NULL,
    object   text NOT NULL,
    text     text NOT NULL,
    fix      text NOT NULL DEFAULT '',
    detail   text NOT NULL DEFAULT '',
    rows     bigint
);
COMMENT ON TABLE pgconverge.finding IS 'What the report tells besides the numbers.';

CREATE TABLE pgconverge.phase (
    name        text PRIMARY KEY,
    number      bigint GENERATED ALWAYS AS IDENTITY,
    started_at  timestamptz NOT NULL DEFAULT pg_catalog.now(),
    finished_at timestamptz,
    duration_ms bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE pgconverge.phase IS 'Time spent, added up over resumptions.';

CREATE TABLE pgconverge.backend (
    pid           integer PRIMARY KEY,
    backend_start timestamptz NOT NULL,
    what          text NOT NULL
);
COMMENT ON TABLE pgconverge.backend IS 'Sessions of the run''s workers, so that a later owner can end those that still hold on.';

-- Every commit of a run calls this at its end. FOR SHARE lets the commits of all workers through side by
-- side, and makes one who takes over (who changes the epoch) wait for those under way; those that
-- come later wait for him and then fail.
CREATE FUNCTION pgconverge.check_epoch(own_epoch bigint) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    current_epoch bigint;
BEGIN
    SELECT r.epoch INTO current_epoch FROM pgconverge.run r FOR SHARE;
    IF current_epoch IS DISTINCT FROM own_epoch THEN
        RAISE EXCEPTION USING ERRCODE = 'PGC06',
            MESSAGE = 'this run belongs to another process by now';
    END IF;
END
$body$;

CREATE FUNCTION pgconverge.chunk_done(own_epoch bigint, of_table integer, chunk_id integer,
                                      rows_written bigint, bytes_written bigint,
                                      rows_aside bigint)
RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    total bigint;
    allowed bigint;
BEGIN
    PERFORM pgconverge.check_epoch(own_epoch);
    UPDATE pgconverge.chunk c
       SET done = true, rows_copied = rows_written, bytes_copied = bytes_written,
           rows_quarantined = rows_aside, done_at = pg_catalog.now()
     WHERE c.table_number = of_table AND c.id = chunk_id AND NOT c.done;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PGC05',
            MESSAGE = pg_catalog.format('chunk %s of table %s is done already, or was never there',
                                        chunk_id, of_table);
    END IF;
    IF rows_aside > 0 THEN
        UPDATE pgconverge.set_aside s SET rows = s.rows + rows_aside RETURNING s.rows INTO total;
        SELECT r.max_quarantined INTO allowed FROM pgconverge.run r;
        IF total > allowed THEN
            RAISE EXCEPTION USING ERRCODE = 'PG419',
                MESSAGE = pg_catalog.format('%s rows would be set aside in this run, %s are allowed',
                                            total, allowed);
        END IF;
    END IF;
END
$body$;

CREATE FUNCTION pgconverge.step_done(own_epoch bigint, step_kind text, step_name text)
RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM pgconverge.check_epoch(own_epoch);
    INSERT INTO pgconverge.step AS s (kind, name, state) VALUES (step_kind, step_name, 'done')
    ON CONFLICT (kind, name) DO UPDATE SET state = 'done', detail = '', at = pg_catalog.now()
        WHERE s.state <> 'done';
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PGC05',
            MESSAGE = pg_catalog.format('step %s %s is done already', step_kind, step_name);
    END IF;
END
$body$;

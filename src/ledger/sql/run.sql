SELECT run_id, state, phase, source, source_server, source_database, target_schema, plan_digest,
       plan_json, token, program_version,
       pg_catalog.to_char(started_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       pg_catalog.to_char(finished_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       verdict, epoch, owner, max_quarantined
  FROM pgconverge.run

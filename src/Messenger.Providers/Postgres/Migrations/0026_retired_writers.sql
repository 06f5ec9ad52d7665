-- Names that were given up in order: by their own process, or by who took over from it and settled what it owed. A process that misses its name and finds
-- it here was taken over; one that misses it here as well looks at a store that is older than itself. No key to log_writer: its row is gone.
create table log_retired
(
    name    text        not null primary key,
    retired timestamptz not null default now()
);

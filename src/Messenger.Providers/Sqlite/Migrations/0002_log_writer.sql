-- Which conversations had committed notifications that may not have been told when this process last wrote.
-- The next process reads it after a kill: an inbox that was put to sleep before must not be continued as if nothing had happened.
create table log_writer
(
    name      text not null primary key,
    unsettled text not null
) without rowid;

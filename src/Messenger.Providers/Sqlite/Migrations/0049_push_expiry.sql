-- From when on a push has nothing to tell, in milliseconds since the Unix epoch; null: never.
alter table push_queue add column expires integer;

create index push_queue_by_expires on push_queue (expires) where expires is not null;

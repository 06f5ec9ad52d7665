-- Of a silent message: when the newest one before it came that is none. Null for all others, which it costs nothing.
alter table message add column active bigint;

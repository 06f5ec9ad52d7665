-- What a process speaks to the others, and the oldest that it still understands; 0 of a release that said nothing.
alter table cluster_member add column contract integer not null default 0;
alter table cluster_member add column oldest integer not null default 0;

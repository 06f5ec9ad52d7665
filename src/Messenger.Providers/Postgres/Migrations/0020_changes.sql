-- What changed since. A row carries the number of the transaction that touched it last: one below the oldest transaction that is still open is in its
-- place for every later reader, which no clock and no sequence could promise. The release before writes rows without it: while it still runs,
-- sync is to be switched off (Server:FeaturesOff).
alter table conversation add column changed bigint not null default 0;
-- Of a message, when it came: the newest one tells for all of them, without a second row to write for each. What changes about it later is marked at its conversation.
alter table message add column changed bigint not null default 0;
alter table receipt add column changed bigint not null default 0;
alter table user_profile add column changed bigint not null default 0;

-- Who is no member any more, and why: what a phone is told that was away. Kept for 400 days; of a person who is back it means nothing.
create table removal
(
    user_id      text   not null,
    conversation uuid   not null,
    reason       text   not null,
    -- Milliseconds since the Unix epoch.
    removed      bigint not null,
    changed      bigint not null,
    primary key (user_id, conversation)
);

create index removal_by_time on removal (removed);

-- Part of the store's epoch: another one where the server itself found that its store went back.
create table store_epoch
(
    one boolean not null primary key default true check (one),
    id  uuid    not null default gen_random_uuid()
);

insert into store_epoch default values;

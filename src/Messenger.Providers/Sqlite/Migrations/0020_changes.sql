-- What changed since: a row carries the number of the commit that touched it last. There is one writer: what is read is in its place.
alter table conversation add column changed integer not null default 0;
-- Of a message, when it came: the newest one tells for all of them, without a second row to write for each. What changes about it later is marked at its conversation.
alter table message add column changed integer not null default 0;
alter table receipt add column changed integer not null default 0;
alter table user_profile add column changed integer not null default 0;

-- Who is no member any more, and why: what a phone is told that was away. Kept for 400 days; of a person who is back it means nothing.
create table removal
(
    user_id      text    not null,
    conversation text    not null,
    reason       text    not null,
    -- Milliseconds since the Unix epoch.
    removed      integer not null,
    changed      integer not null,
    primary key (user_id, conversation)
) without rowid;

create index removal_by_time on removal (removed);

create table change_clock
(
    one   integer not null primary key check (one = 1),
    value integer not null
);

insert into change_clock (one, value) values (1, 1);

create table store_epoch
(
    one integer not null primary key check (one = 1),
    id  text    not null
);

insert into store_epoch (one, id) values (1, lower(hex(randomblob(16))));

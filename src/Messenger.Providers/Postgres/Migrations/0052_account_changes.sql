-- Which parts of an account changed since: what a device is told that was away.
create table account_change
(
    user_id text    not null,
    section text    not null,
    changed bigint  not null,
    primary key (user_id, section)
);

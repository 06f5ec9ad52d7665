-- What the outside world needs: pushes that wait, what SMS cost, what the operator does.

-- No token in it: whoever sends asks the device for the one it has by then.
create table push_queue
(
    device           text   not null,
    conversation     uuid   not null,
    -- Another one with every replacement: what was done about the replaced push does not touch the new one.
    id               uuid   not null unique,
    application_type text   not null,
    message          text,
    queued           bigint not null,
    -- When it is to be looked at: in the future for who waits, and for who was claimed.
    due              bigint not null,
    tries            integer not null default 0,
    claim            uuid,
    primary key (device, conversation)
);

create index push_queue_by_due on push_queue (due);
create index push_queue_by_claim on push_queue (claim) where claim is not null;
create index push_queue_by_queued on push_queue (queued);

create table sms_spend
(
    -- Hours since the Unix epoch.
    hour   bigint  not null,
    -- Digits that the numbers begin with; '*' for all together.
    prefix text    not null,
    sent   integer not null,
    primary key (hour, prefix)
);

alter table report add column id bigint generated always as identity;
alter table report add column state text not null default 'open';
alter table report add column closed_by text;
alter table report add column note text;
alter table report add column closed_at bigint;
create unique index report_by_id on report (id);
create index report_by_state on report (state, id);

create table admin_audit
(
    id      uuid   not null primary key,
    at      bigint not null,
    actor   text,
    action  text   not null,
    target  text,
    origin  text,
    status  integer,
    detail  text
);

create index admin_audit_by_time on admin_audit (at);

-- What the outside world needs: pushes that wait, what SMS cost, what the operator does.

-- No token in it: whoever sends asks the device for the one it has by then.
create table push_queue
(
    device           text    not null,
    conversation     text    not null,
    -- Another one with every replacement: what was done about the replaced push does not touch the new one.
    id               text    not null unique,
    application_type text    not null,
    message          text,
    queued           integer not null,
    -- When it is to be looked at: in the future for who waits, and for who was claimed.
    due              integer not null,
    tries            integer not null default 0,
    claim            text,
    primary key (device, conversation)
) without rowid;

create index push_queue_by_due on push_queue (due);
create index push_queue_by_claim on push_queue (claim) where claim is not null;
create index push_queue_by_queued on push_queue (queued);

create table sms_spend
(
    -- Hours since the Unix epoch.
    hour   integer not null,
    -- Digits that the numbers begin with; '*' for all together.
    prefix text    not null,
    sent   integer not null,
    primary key (hour, prefix)
) without rowid;

-- Rebuilt: this engine numbers only tables that are made so.
alter table report rename to report_before;
create table report
(
    id           integer primary key,
    kind         text    not null,
    reporter_id  text    not null,
    subject      text    not null,
    conversation text,
    reason       text,
    created      integer not null,
    state        text    not null default 'open',
    closed_by    text,
    note         text,
    closed_at    integer,
    unique (kind, reporter_id, subject)
);
insert into report (kind, reporter_id, subject, conversation, reason, created)
    select kind, reporter_id, subject, conversation, reason, created from report_before order by created;
drop table report_before;
create index report_by_state on report (state, id);

create table admin_audit
(
    id      text    not null primary key,
    at      integer not null,
    actor   text,
    action  text    not null,
    target  text,
    origin  text,
    status  integer,
    detail  text
) without rowid;

create index admin_audit_by_time on admin_audit (at);

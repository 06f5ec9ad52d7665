-- What the operator works with: whose message was reported, figures by day, and what is set while the server runs.
-- Changes data: reports are given the author of what was reported.

-- The author of a reported message, or the reported user; null for a conversation, whose people are looked up.
alter table report add column author_id text;
update report set author_id = subject where kind = 'user';
update report set author_id = (select m.user_id from message m where m.conversation = report.conversation and m.uuid = cast(report.subject as uuid))
    where kind = 'message' and conversation is not null;
create index report_by_author on report (author_id);

-- Kept for 400 days.
create table daily_figure
(
    -- Days since the Unix epoch, in UTC.
    day    bigint not null,
    name   text   not null,
    amount bigint not null,
    primary key (day, name)
) with (fillfactor = 70);

-- Settings of the operator's that need no restart: each process reads them every few seconds.
create table server_control
(
    name   text   not null primary key,
    value  text   not null,
    set_by text   not null,
    set_at bigint not null
);

create index admin_audit_by_target on admin_audit (target, at) where target is not null;
create index admin_audit_by_actor on admin_audit (actor, at);

-- What each person alone has of a conversation; who leaves loses it, in the commit of the log that tells of it.
create table preference
(
    user_id      text    not null,
    conversation text    not null,
    -- Milliseconds since the Unix epoch; 9223372036854775807 for ever, 0 for not muted.
    muted_until  integer not null,
    pinned       boolean not null,
    archived     boolean not null,
    data         text,
    version      integer not null,
    changed      integer not null,
    primary key (user_id, conversation)
) without rowid;

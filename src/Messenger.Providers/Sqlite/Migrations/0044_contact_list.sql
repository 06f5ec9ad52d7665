-- Of a list of contacts: one higher with each change, so that two devices do not overwrite each other.
create table contact_list
(
    user_id text    not null primary key,
    version integer not null
) without rowid;

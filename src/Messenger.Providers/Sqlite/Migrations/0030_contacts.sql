-- Contacts were one record for each user, written whole with every change; their actor moves it here when it is next asked for.
create table contact
(
    user_id               text    not null,
    contact_id            text    not null,
    -- In the order they came.
    place                 integer not null,
    id_encrypted          text,
    nick_encrypted        text,
    fingerprint_encrypted text,
    primary key (user_id, contact_id)
) without rowid;

-- Who makes many conversations for one person is asked for at each that is made.
create index conversation_by_creator on conversation (creator_id);

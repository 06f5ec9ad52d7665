-- The open dialog of two people, by the bytes of their ids: one, also where both create it at the same moment. Of older duplicates, which
-- stay open as they are, the one that was written to last has the place; when it closes, the next one gets it.
create table dialog_pair
(
    low          text not null,
    high         text not null,
    conversation text not null,
    primary key (low, high)
) without rowid;

create unique index dialog_pair_conversation on dialog_pair (conversation);

insert into dialog_pair (low, high, conversation)
select low, high, conversation from (
    select a.user_id as low, b.user_id as high, c.conversation, row_number() over (
        partition by a.user_id, b.user_id
        order by coalesce(
            (select w.created from message w where w.conversation = c.conversation order by w.sequence desc limit 1), c.created) desc,
            c.conversation) as place
    from conversation c
    join member a on a.conversation = c.conversation and a.left_at is null
    join member b on b.conversation = c.conversation and b.left_at is null and b.user_id > a.user_id
    where c.is_dialog and not c.deleted) dialogs
where place = 1;

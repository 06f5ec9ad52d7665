-- Every stay of a person counts, and not the newest alone. The release before writes rows without these columns: they stay as they are.
-- Ranges of sequences as in receipts: 1-57,60.
alter table member add column earlier_stays text not null default '';

-- Stays of earlier owners of the number, whose accounts ended.
alter table member add column ended_stays text not null default '';

-- The sequence that was next when the nick was set.
alter table member add column nick_since bigint not null default 0;

-- The sequence that was next when the file joined its message.
alter table message_file add column joined_at bigint not null default 0;

-- Who left and has no account has none any more: whoever registers the number next is another person.
update member set ended_stays = joined_at || '-' || left_at, nick = null, joined_at = 1, left_at = 0
where left_at is not null and joined_at <= left_at and not exists (select 1 from user_profile u where u.user_id = member.user_id);

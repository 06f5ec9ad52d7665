-- Conversations that somebody was brought into by a person outside the contacts, and in which this person has not written yet: each row is one that is
-- not accepted. What was there before this table counts as accepted: nobody's list fills up, and nobody's view of others changes, by an upgrade.
create table invitation
(
    user_id      text not null,
    conversation text not null,
    -- Who made the conversation.
    maker        text not null,
    primary key (user_id, conversation)
) without rowid;

create index invitation_by_maker on invitation (maker, user_id);
create index invitation_by_conversation on invitation (conversation);

-- To whom the last login is shown: 0 to contacts and to people of conversations that this person accepted, 1 to contacts, 2 to nobody.
alter table user_profile add column last_seen integer not null default 0;

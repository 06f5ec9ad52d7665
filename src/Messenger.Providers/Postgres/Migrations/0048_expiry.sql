-- From when on a message is as deleted, in milliseconds since the Unix epoch: null for ever, which costs nothing.
alter table message add column expires bigint;

-- Of new messages; 0 for none.
alter table conversation add column expiry_seconds integer not null default 0;

-- What will expire, in that order: the sweep reads what is due and nothing else.
create index message_expires on message (expires, conversation) where expires is not null and not deleted;

-- The same of one conversation.
create index message_expires_of on message (conversation, expires, sequence) where expires is not null and not deleted;

-- Whose turn it is to change a conversation: higher with every activation that loads it. The rows of messages are fenced by their key;
-- rosters, keys and receipts are replaced in place, and are fenced by this.
alter table conversation add column term integer not null default 0;

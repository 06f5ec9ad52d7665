-- Whether discovery may find a user. The release before writes rows without it: they stay as they are.
alter table user_profile add column discoverable boolean not null default true;

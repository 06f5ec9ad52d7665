-- Rows as version 1 wrote them. Never edited: a later version adds a file beside this one.
insert into conversation
    (conversation, uuid_text, is_dialog, title, creator_id, session_key, session_key_text, created, has_avatar, avatar_updated, deleted, purged)
values
    ('0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0001', '0B7C1D1E-5A53-4C66-9D0A-3F1F1F0A0001', false, 'dGl0bGU=', 'ann',
     '0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0002', '0B7C1D1E-5A53-4C66-9D0A-3F1F1F0A0002', 1700000000000, true, 1700000000001, false, false),
    ('0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0009', '0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0009', true, null, 'bob',
     '0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0002', '0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0002', 1700000000000, false, 0, true, true);

insert into member (conversation, user_id, is_admin, nick, joined_at, left_at, position)
values
    ('0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0001', 'ann', true, 'bmljaw==', 1, null, 1),
    ('0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0001', 'bob', false, null, 2, null, 2),
    ('0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0001', 'cid', false, null, 1, 2, 3);

insert into session_key (conversation, uuid, uuid_text, created)
values ('0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0001', '0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0002', '0B7C1D1E-5A53-4C66-9D0A-3F1F1F0A0002', 1700000000000);

insert into wrapped_key (conversation, uuid, uuid_text, user_id, key_encrypted, signature, signer_user_id, signer_key_pair, created)
values
    ('0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0001', '0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0002', '0B7C1D1E-5A53-4C66-9D0A-3F1F1F0A0002', 'bob',
     'd3JhcHBlZA==', 'c2lnbmF0dXJl', 'ann', null, 1700000000000);

insert into message
    (conversation, sequence, uuid, uuid_text, user_id, session_key, iv, body, created, has_files, event_type, event_user_id, objectionable, deleted, reply_uuid)
values
    ('0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0001', 1, '0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0011', '0B7C1D1E-5A53-4C66-9D0A-3F1F1F0A0011', 'ann',
     '0B7C1D1E-5A53-4C66-9D0A-3F1F1F0A0002', null, null, 1700000000010, false, 'Added', 'bob', false, false, null),
    ('0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0001', 2, '0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0012', '0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0012', 'ann',
     '0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0002', 'aXY=', 'Ym9keQ==', 1700000000020, true, null, null, true, false, null),
    ('0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0001', 4, '0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0014', '0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0014', 'bob',
     '0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0002', null, null, 1700000000040, false, null, null, false, true, '0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0012');

insert into receipt (conversation, user_id, read_ranges, delivered_ranges)
values ('0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0001', 'bob', '1,4', '1-2,4');

insert into user_profile
    (user_id, public_key, private_key_encrypted, metadata_key_encrypted, key_pair_uuid, nick, created, last_login, avatar_updated, keys_updated, suspended)
values
    ('ann', 'cHVibGlj', 'cHJpdmF0ZQ==', 'bWV0YQ==', 'PAIR', 'bmljaw==', 1, 2, 3, 4, false),
    ('bob', null, null, null, null, null, 5, 6, 7, 8, true);

insert into blacklist (user_id, blocked_id) values ('ann', 'bob'), ('ann', 'aaa');

insert into report (kind, reporter_id, subject, conversation, reason, created)
values ('message', 'bob', '0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0012', '0b7c1d1e-5a53-4c66-9d0a-3f1f1f0a0001', 'spam', 9);

-- The tables and queries that Orleans' ADO.NET grain storage asks for. The names of tables, parameters and result columns are its contract;
-- the statements are ours: each of them changes at most one row in one statement, and answers with no row when the version was another.

create table orleansquery
(
    querykey  varchar(64)   not null primary key,
    querytext varchar(8000) not null
);

create table orleansstorage
(
    grainidhash            integer      not null,
    grainidn0              bigint       not null,
    grainidn1              bigint       not null,
    graintypehash          integer      not null,
    graintypestring        varchar(512) not null,
    grainidextensionstring varchar(512),
    serviceid              varchar(150) not null,
    payloadbinary          bytea,
    modifiedon             timestamptz  not null,
    version                integer      not null
);

-- The hashes come first: they find the row, the rest tells collisions apart and lets only one of two first writes succeed.
create unique index orleansstorage_key on orleansstorage
    (grainidhash, graintypehash, grainidn0, grainidn1, serviceid, graintypestring, coalesce(grainidextensionstring, ''));

insert into orleansquery (querykey, querytext) values ('WriteToStorageKey', '
with updated as
(
    update orleansstorage
    set payloadbinary = @PayloadBinary, modifiedon = now(), version = version + 1
    where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash
        and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
        and serviceid = @ServiceId and graintypestring = @GrainTypeString
        and coalesce(grainidextensionstring, '''') = coalesce(@GrainIdExtensionString, '''')
        and version = @GrainStateVersion
    returning version
),
inserted as
(
    insert into orleansstorage
        (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid, payloadbinary, modifiedon, version)
    select @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString, @ServiceId, @PayloadBinary, now(), 1
    where @GrainStateVersion is null
    on conflict do nothing
    returning version
)
select version as NewGrainStateVersion from updated
union all
select version as NewGrainStateVersion from inserted
');

insert into orleansquery (querykey, querytext) values ('ReadFromStorageKey', '
select payloadbinary as PayloadBinary, version as Version
from orleansstorage
where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash
    and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
    and serviceid = @ServiceId and graintypestring = @GrainTypeString
    and coalesce(grainidextensionstring, '''') = coalesce(@GrainIdExtensionString, '''')
');

insert into orleansquery (querykey, querytext) values ('ClearStorageKey', '
update orleansstorage
set payloadbinary = null, modifiedon = now(), version = version + 1
where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash
    and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
    and serviceid = @ServiceId and graintypestring = @GrainTypeString
    and coalesce(grainidextensionstring, '''') = coalesce(@GrainIdExtensionString, '''')
    and version = @GrainStateVersion
returning version as NewGrainStateVersion
');

insert into orleansquery (querykey, querytext) values ('DeleteStorageKey', '
delete from orleansstorage
where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash
    and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
    and serviceid = @ServiceId and graintypestring = @GrainTypeString
    and coalesce(grainidextensionstring, '''') = coalesce(@GrainIdExtensionString, '''')
    and version = @GrainStateVersion
returning version + 1 as NewGrainStateVersion
');

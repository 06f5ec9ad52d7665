-- The tables and queries that Orleans' ADO.NET grain storage asks for. The names of tables, parameters and result columns are its contract;
-- the statements are ours: each of them changes at most one row and is a transaction of its own, so that a failure never leaves one open
-- on a pooled connection; no row in the answer means that the version was another.

create table OrleansQuery
(
    QueryKey  text not null primary key,
    QueryText text not null
);

create table OrleansStorage
(
    GrainIdHash            integer not null,
    GrainIdN0              integer not null,
    GrainIdN1              integer not null,
    GrainTypeHash          integer not null,
    GrainTypeString        text    not null,
    GrainIdExtensionString text,
    ServiceId              text    not null,
    PayloadBinary          blob,
    ModifiedOn             text    not null,
    Version                integer not null
);

-- The hashes come first: they find the row, the rest tells collisions apart and lets only one of two first writes succeed.
create unique index OrleansStorage_Key on OrleansStorage
    (GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, ServiceId, GrainTypeString, coalesce(GrainIdExtensionString, ''));

insert into OrleansQuery (QueryKey, QueryText) values ('WriteToStorageKey', '
update OrleansStorage
set PayloadBinary = @PayloadBinary, ModifiedOn = datetime(''now''), Version = Version + 1
where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash
    and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1
    and ServiceId = @ServiceId and GrainTypeString = @GrainTypeString
    and coalesce(GrainIdExtensionString, '''') = coalesce(@GrainIdExtensionString, '''')
    and Version = @GrainStateVersion
returning Version as NewGrainStateVersion;

insert into OrleansStorage
    (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version)
select @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString, @ServiceId, @PayloadBinary, datetime(''now''), 1
where @GrainStateVersion is null
on conflict do nothing
returning Version as NewGrainStateVersion;
');

insert into OrleansQuery (QueryKey, QueryText) values ('ReadFromStorageKey', '
select PayloadBinary, Version
from OrleansStorage
where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash
    and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1
    and ServiceId = @ServiceId and GrainTypeString = @GrainTypeString
    and coalesce(GrainIdExtensionString, '''') = coalesce(@GrainIdExtensionString, '''');
');

insert into OrleansQuery (QueryKey, QueryText) values ('ClearStorageKey', '
update OrleansStorage
set PayloadBinary = null, ModifiedOn = datetime(''now''), Version = Version + 1
where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash
    and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1
    and ServiceId = @ServiceId and GrainTypeString = @GrainTypeString
    and coalesce(GrainIdExtensionString, '''') = coalesce(@GrainIdExtensionString, '''')
    and Version = @GrainStateVersion
returning Version as NewGrainStateVersion;
');

insert into OrleansQuery (QueryKey, QueryText) values ('DeleteStorageKey', '
delete from OrleansStorage
where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash
    and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1
    and ServiceId = @ServiceId and GrainTypeString = @GrainTypeString
    and coalesce(GrainIdExtensionString, '''') = coalesce(@GrainIdExtensionString, '''')
    and Version = @GrainStateVersion
returning Version + 1 as NewGrainStateVersion;
');

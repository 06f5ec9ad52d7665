using Messenger.Providers.Tests.Conformance;
using Xunit;

namespace Messenger.Providers.Tests;

[Collection("SQLite")]
public sealed class SqliteMessageLog(SqliteFixture fixture) : MessageLogConformance(fixture.Store);

[Collection("SQLite")]
public sealed class SqliteConversationDirectory(SqliteFixture fixture) : ConversationDirectoryConformance(fixture.Store);

[Collection("SQLite")]
public sealed class SqliteChanges(SqliteFixture fixture) : ChangesConformance(fixture.Store);

[Collection("PostgreSQL")]
public sealed class PostgresChanges(PostgresFixture fixture) : ChangesConformance(fixture.Store);

[Collection("SQLite")]
public sealed class SqliteUserDirectory(SqliteFixture fixture) : UserDirectoryConformance(fixture.Store);

[Collection("SQLite")]
public sealed class SqliteReportStore(SqliteFixture fixture) : ReportStoreConformance(fixture.Store);

[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
public sealed class PostgresMessageLog(PostgresFixture fixture) : MessageLogConformance(fixture.Store);

[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
public sealed class PostgresConversationDirectory(PostgresFixture fixture) : ConversationDirectoryConformance(fixture.Store);

[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
public sealed class PostgresUserDirectory(PostgresFixture fixture) : UserDirectoryConformance(fixture.Store);

[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
public sealed class PostgresReportStore(PostgresFixture fixture) : ReportStoreConformance(fixture.Store);

[Collection("SQLite")]
public sealed class SqliteUploads(SqliteFixture fixture) : UploadsConformance(fixture.Store);

[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
public sealed class PostgresUploads(PostgresFixture fixture) : UploadsConformance(fixture.Store);

[Collection("SQLite")]
public sealed class SqlitePushStore(SqliteFixture fixture) : PushStoreConformance(fixture.Store);

[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
public sealed class PostgresPushStore(PostgresFixture fixture) : PushStoreConformance(fixture.Store);

[Collection("SQLite")]
public sealed class SqliteOperator(SqliteFixture fixture) : OperatorConformance(fixture.Store);

[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
public sealed class PostgresOperator(PostgresFixture fixture) : OperatorConformance(fixture.Store);

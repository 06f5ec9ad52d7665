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
public sealed class SqlitePreferences(SqliteFixture fixture) : PreferencesConformance(fixture.Store);

[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
public sealed class PostgresPreferences(PostgresFixture fixture) : PreferencesConformance(fixture.Store);

[Collection("SQLite")]
public sealed class SqliteExpiries(SqliteFixture fixture) : ExpiryConformance(fixture.Store);

[Collection("SQLite")]
public sealed class SqliteLastSeen(SqliteFixture fixture) : LastSeenConformance(fixture.Store);

[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
public sealed class PostgresLastSeen(PostgresFixture fixture) : LastSeenConformance(fixture.Store);

[Collection("SQLite")]
public sealed class SqliteDialogs(SqliteFixture fixture) : DialogConformance(fixture.Store, "Sqlite");

[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
public sealed class PostgresExpiries(PostgresFixture fixture) : ExpiryConformance(fixture.Store);

[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
public sealed class PostgresDialogs(PostgresFixture fixture) : DialogConformance(fixture.Store, "Postgres");

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

[Collection("SQLite")]
public sealed class SqliteOperatorDirectory(SqliteFixture fixture) : OperatorDirectoryConformance(fixture.Store);

[Collection("PostgreSQL")]
[Trait("Needs", "Servers")]
public sealed class PostgresOperatorDirectory(PostgresFixture fixture) : OperatorDirectoryConformance(fixture.Store);

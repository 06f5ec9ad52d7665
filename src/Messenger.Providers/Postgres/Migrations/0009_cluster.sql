-- Which cluster this database is of. One row, made by the migrate command: whoever joins a cluster through Redis compares it with what stands there.
create table cluster_identity
(
    one         boolean     not null primary key default true check (one),
    id          uuid        not null,
    -- What the cluster is called in Redis (Cluster:Id).
    cluster     text        not null,
    environment text        not null,
    created     timestamptz not null default now()
);

-- Who of the cluster lives, by this database's clock: each process renews its row. Apart from log_writer, whose rows commits lock.
create table cluster_member
(
    name    text        not null primary key,
    role    text        not null,
    renewed timestamptz not null
) with (fillfactor = 50);

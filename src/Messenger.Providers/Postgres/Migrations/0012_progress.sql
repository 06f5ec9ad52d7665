-- How many commits each writer has made, counted in the commits themselves: who remembers a higher number than stands here knows that the
-- store went back in time. A row of its own, rewritten in place with every commit: the writer's own row can carry a long journal.
create table log_progress
(
    name    text   not null primary key references log_writer (name) on delete cascade,
    commits bigint not null
) with (fillfactor = 10);

create or replace function log_commit(p_name text, p_generation bigint, p_unsettled uuid[]) returns void
    language plpgsql as
$$
begin
    if p_unsettled is null then
        perform 1 from log_writer w where w.name = p_name and w.generation = p_generation and not w.fenced for share;
    else
        update log_writer w set unsettled = p_unsettled where w.name = p_name and w.generation = p_generation and not w.fenced;
    end if;
    if not found then
        raise exception 'writer % may not commit any more', p_name using errcode = 'MSG01';
    end if;
    insert into log_progress (name, commits) values (p_name, 1) on conflict (name) do update set commits = log_progress.commits + 1;
end
$$;

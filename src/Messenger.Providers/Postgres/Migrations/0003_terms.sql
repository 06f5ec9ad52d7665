-- Whose turn it is to change a conversation: higher with every activation that loads it. The rows of messages are fenced by their key;
-- rosters, keys and receipts are replaced in place, and are fenced by this.
alter table conversation add column term bigint not null default 0;

-- The term is written with every activation: room on the page keeps that off the indexes.
alter table conversation set (fillfactor = 85);

-- Of every commit that changes more than messages. The shared lock makes who takes a conversation over wait for the commit in progress,
-- so that what it reads next is complete. A conversation that is not there yet is being created.
create function log_terms(p_conversations uuid[], p_terms bigint[]) returns void
    language plpgsql as
$$
begin
    if exists (
        select from (
            select c.term, x.term as expected from unnest(p_conversations, p_terms) x(conversation, term)
            join conversation c on c.conversation = x.conversation for share of c) held
        where held.term <> held.expected)
    then
        raise exception 'another activation took a conversation over' using errcode = 'MSG02';
    end if;
end
$$;

-- What the purge looks for: rows of grains' state that were erased, and windows of quotas, by age. Few beside all others.
create index orleansstorage_erased on orleansstorage (modifiedon) where payloadbinary is null or graintypestring = 'quota';

-- What the purge looks for: rows of grains' state that were erased, and windows of quotas, by age. Few beside all others.
create index OrleansStorage_Erased on OrleansStorage (ModifiedOn) where PayloadBinary is null or GrainTypeString = 'quota';

-- Changes data: state of phones in which a credential stood in clear is forgotten; it was of codes that ran out long ago, and a code of this minute has to be asked for again.
delete from orleansstorage where graintypestring like '%phone' and position(convert_to('"Uuid":"', 'UTF8') in payloadbinary) > 0;

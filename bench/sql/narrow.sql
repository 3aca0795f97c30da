-- An integer key and two columns of characters: about 195 bytes in COPY form.
CREATE TABLE narrow (
  id int NOT NULL PRIMARY KEY,
  c char(120) NOT NULL,
  pad char(60) NOT NULL
);

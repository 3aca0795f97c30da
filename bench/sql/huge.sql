-- One row of 100 MB beside two ordinary ones.
CREATE TABLE huge (id int NOT NULL PRIMARY KEY, name varchar(40) NOT NULL, content longtext NOT NULL);

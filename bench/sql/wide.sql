-- A row of an application: keys as char(36), names, prose, settings as JSON, microseconds, booleans
-- as tinyint(1), unsigned counters, money, NULLs; about 560 bytes in COPY form.
CREATE TABLE wide (
  id char(36) NOT NULL PRIMARY KEY,
  createdDate datetime(6) NOT NULL,
  updatedDate datetime(6) NOT NULL,
  version int NOT NULL,
  nameID varchar(36) NOT NULL,
  displayName varchar(128) NOT NULL,
  tagline varchar(255) NULL,
  description text NULL,
  settings json NOT NULL,
  ownerId char(36) NULL,
  parentId char(36) NULL,
  isActive tinyint(1) NOT NULL,
  isDeleted tinyint(1) NOT NULL,
  visits int unsigned NOT NULL,
  bytesUsed bigint unsigned NOT NULL,
  price decimal(12,2) NULL,
  quantity decimal(18,6) NULL,
  rating double NULL
);

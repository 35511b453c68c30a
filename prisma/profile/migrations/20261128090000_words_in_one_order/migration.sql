-- A statement may change many users. What they learn is learnt in one order, as by those who create users, so that
-- transactions that learn the same words cannot deadlock.
DROP TRIGGER "users_relearn_words" ON "users";

CREATE OR REPLACE FUNCTION "relearn_words"() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO search_vocabulary_doubts (word)
  SELECT word FROM old_users AS former JOIN new_users AS latter ON latter.id = former.id, vocabulary_of(former.search) AS word
  WHERE latter.search IS DISTINCT FROM former.search AND word NOT IN (SELECT vocabulary_of(latter.search));
  INSERT INTO search_vocabulary (word)
  SELECT DISTINCT word COLLATE "C"
  FROM old_users AS former JOIN new_users AS latter ON latter.id = former.id, vocabulary_of(latter.search) AS word
  WHERE latter.search IS DISTINCT FROM former.search
  ORDER BY 1
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER "users_relearn_words" AFTER UPDATE ON "users"
  REFERENCING OLD TABLE AS old_users NEW TABLE AS new_users FOR EACH STATEMENT EXECUTE FUNCTION relearn_words();

-- Every write of a user's row counts, progress included, so that of two copies of a row the older can be told.
ALTER TABLE "users" ADD COLUMN "revision" INTEGER NOT NULL DEFAULT 1;

CREATE FUNCTION count_user_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.revision := OLD.revision + 1;
  RETURN NEW;
END $$;

CREATE TRIGGER count_user_revision BEFORE UPDATE ON "users"
  FOR EACH ROW EXECUTE FUNCTION count_user_revision();

-- Tells every process what changed, in the transaction of the change: `<id> <revision>,...`, without a revision where
-- the user is gone, and `*` where so much changed at once that forgetting everything costs less than hearing of each.
-- 150 users stay below the 8000 bytes that a payload may have. New users are not told: nobody can remember them.
CREATE FUNCTION tell_user_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told text[];
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    PERFORM pg_notify('users', '*');
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' THEN
    SELECT array_agg(id::text) INTO told FROM changed;
  ELSE
    SELECT array_agg(id || ' ' || revision) INTO told FROM changed;
  END IF;
  IF cardinality(told) > 5000 THEN
    PERFORM pg_notify('users', '*');
  ELSE
    FOR start IN 1 .. coalesce(cardinality(told), 0) BY 150 LOOP
      PERFORM pg_notify('users', array_to_string(told[start : start + 149], ','));
    END LOOP;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER tell_updated_users AFTER UPDATE ON "users"
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_user_changes();
CREATE TRIGGER tell_deleted_users AFTER DELETE ON "users"
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_user_changes();
CREATE TRIGGER tell_truncated_users AFTER TRUNCATE ON "users"
  FOR EACH STATEMENT EXECUTE FUNCTION tell_user_changes();

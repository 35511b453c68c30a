-- Search over name and location, and the orders and filters of `users`. docs/SEARCH.md says how it works and what it costs.

-- A trusted extension: whoever owns the database may create it.
CREATE EXTENSION IF NOT EXISTS "unaccent";

-- Lower case by Unicode's rules, whatever the locale of the database.
DO $$
DECLARE
  rules TEXT := (
    SELECT quote_ident(collname) FROM pg_collation
    WHERE collname IN ('und-x-icu', 'pg_c_utf8') AND collnamespace = 'pg_catalog'::regnamespace
    ORDER BY collname DESC LIMIT 1
  );
BEGIN
  EXECUTE format(
    'CREATE FUNCTION lower_text(given TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L',
    format('SELECT lower(given COLLATE pg_catalog.%s)', coalesce(rules, '"default"'))
  );
END $$;

-- A text as it is compared: without case, accents, vowel points and marks that people leave out or type differently.
-- `SET search_path FROM CURRENT` keeps the names inside resolved as they are now, also where a dump is restored.
CREATE FUNCTION "fold_text"("given" TEXT) RETURNS TEXT
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path FROM CURRENT AS $$
DECLARE
  folded TEXT := given;
BEGIN
  IF octet_length(folded) = char_length(folded) THEN
    RETURN lower(translate(folded, '''`', '') COLLATE "C");
  END IF;
  -- Accents become characters of their own (and leave), full-width letters and ligatures become plain ones.
  folded := regexp_replace(
    normalize(folded, NFKD),
    '[''`'
      '\u00AD\u02B9-\u02BF\u0300-\u036F\u0483-\u0487' -- soft hyphen, apostrophe letters, Latin, Greek and Cyrillic accents
      '\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7' -- Hebrew points
      '\u0610-\u061A\u0640\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E8\u06EA-\u06ED' -- Arabic vowels, hamza above, tatweel
      '\u093C\u09BC\u0A3C\u0ABC\u0B3C\u0E47-\u0E4E' -- nuktas, Thai tones
      '\u200B-\u200F\u2018\u2019\u201B\u202A-\u202E\u2032\u2060-\u2069\uFE00-\uFE0F\uFEFF' -- joiners, quotes, directions
      ']', '', 'g');
  -- Letters that no decomposition makes plain: ß, ø, ł, đ, ı, æ.
  folded := unaccent('unaccent', lower_text(folded));
  -- One letter where a script has two for the same: final forms, Persian and Arabic ones, candrabindu and anusvara.
  folded := translate(folded, 'ςىیےةۃہھکٱןםךףץँ', 'σيييههههكانמכפצं');
  IF folded ~ '[\u1100-\u11FF\u3040-\u30FF]' THEN
    -- Hangul and kana become whole again, and katakana is read as hiragana.
    folded := translate(normalize(folded, NFC),
      'ァアィイゥウェエォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナニヌネノハバパヒビピフブプヘベペホボポマミムメモャヤュユョヨラリルレロヮワヰヱヲンヴヵヶ',
      'ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもゃやゅゆょよらりるれろゎわゐゑをんゔゕゖ');
  END IF;
  RETURN folded;
END $$;

-- The words of a text, folded, in order; a word is cut after 64 characters, and the Arabic article is left out.
CREATE FUNCTION "search_words"("given" TEXT) RETURNS TEXT[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path FROM CURRENT AS $$
DECLARE
  word TEXT;
  words TEXT[] := '{}';
BEGIN
  FOREACH word IN ARRAY string_to_array(
    regexp_replace(
      fold_text(given),
      -- All that is neither letter nor digit in the scripts of the world; emoji count as letters.
      '[\u0001-/:-@[-`{-\u00BF\u055A-\u055F\u0589\u058A\u05BE\u05C0\u05C3\u05C6\u05F3\u05F4\u060C\u061B\u061F\u066A-\u066D\u06D4'
        '\u0964\u0965\u0970\u0E2F\u0E5A\u0E5B\u2010-\u206F\u2E00-\u2E7F\u3000-\u3004\u3008-\u3020\u3030\u30FB\uFE10-\uFE6F]+',
      ' ', 'g'),
    ' ')
  LOOP
    IF word LIKE 'ال___%' THEN word := substr(word, 3); END IF;
    IF word <> '' THEN words := words || left(word, 64); END IF;
  END LOOP;
  RETURN words;
END $$;

-- Whether a word is of a script that writes words without spaces between them: Han, kana, Hangul.
CREATE FUNCTION "is_unspaced"("word" TEXT) RETURNS BOOLEAN
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT word ~ '[\u3005-\u3007\u3040-\u30FF\u3400-\u9FFF\uAC00-\uD7A3\U00020000-\U0003FFFF]'
$$;

-- What a user is found by: the words of the name, those of the location with an @ before them, and the country with a #,
-- which stand in no word. Of an unspaced word also every character and every pair of neighbours, so that a part of it
-- finds the user.
CREATE FUNCTION "search_terms"("name" TEXT, "location" TEXT, "country" TEXT) RETURNS TSVECTOR
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
DECLARE
  mark TEXT := '';
  given TEXT;
  word TEXT;
  terms TEXT[] := ARRAY['#' || country];
BEGIN
  FOREACH given IN ARRAY ARRAY[name, location] LOOP
    FOREACH word IN ARRAY coalesce(search_words(given), '{}') LOOP
      terms := terms || (mark || word);
      IF is_unspaced(word) THEN
        FOR i IN 1 .. char_length(word) LOOP
          terms := terms || (mark || substr(word, i, 1)) || (mark || substr(word, i, 2));
        END LOOP;
      END IF;
    END LOOP;
    mark := '@';
  END LOOP;
  RETURN array_to_tsvector(terms);
END $$;

-- Room on each page for a second version of all its rows: that a code was sent and the number proved changes each row twice
-- within minutes, and stays off the indexes only where the new version fits beside the old one (HOT; 96 % of them do).
ALTER TABLE "users" SET (fillfactor = 50);

-- AlterTable
ALTER TABLE "users"
  ADD COLUMN "name_key" TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS (left(fold_text("name"), 100)) STORED,
  ADD COLUMN "search" TSVECTOR NOT NULL GENERATED ALWAYS AS (search_terms("name", "location", "country")) STORED;

-- CreateIndex
CREATE INDEX "users_created_at_id_idx" ON "users"("created_at", "id");

-- CreateIndex
CREATE INDEX "users_name_key_id_idx" ON "users"("name_key", "id");

-- Names of one country stand together, at their script, so that their front tells nothing of how common the country is.
-- CreateIndex
CREATE INDEX "users_country_name_key_id_idx" ON "users"("country", "name_key", "id");

-- A short list of what is new: a search reads all of it, and whoever fills it works it off.
CREATE INDEX "users_search_idx" ON "users" USING GIN ("search") WITH (gin_pending_list_limit = 256);

-- What is left of a word's beginning when one or two characters are missing: two words that differ by a typo have one of
-- these in common (the symmetric deletes of SymSpell, with its prefix of 7). Short words allow fewer typos.
CREATE FUNCTION "typo_variants"("word" TEXT) RETURNS TEXT[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  length INT := char_length(word);
  beginning TEXT := left(word, 7);
  variants TEXT[] := ARRAY[beginning];
  shorter TEXT;
BEGIN
  IF length < 4 THEN RETURN variants; END IF;
  FOR i IN 1 .. char_length(beginning) LOOP
    shorter := overlay(beginning PLACING '' FROM i FOR 1);
    variants := variants || shorter;
    IF length >= 7 THEN
      FOR j IN i .. char_length(shorter) LOOP
        variants := variants || overlay(shorter PLACING '' FROM j FOR 1);
      END LOOP;
    END IF;
  END LOOP;
  RETURN variants;
END $$;

-- Every word that some user is found by, for typos, with the @ of locations; unspaced words are found by their parts instead.
-- CreateTable
CREATE TABLE "search_vocabulary" (
    "word" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "search_vocabulary_pkey" PRIMARY KEY ("word")
);

CREATE INDEX "search_vocabulary_variants_idx" ON "search_vocabulary" USING GIN (typo_variants(ltrim("word", '@'))) WITH (fastupdate = off);

-- Words that lost a user, and may have lost their last; Profile looks at them soon and forgets those that did.
-- CreateTable
CREATE TABLE "search_vocabulary_doubts" (
    "id" BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    "word" TEXT NOT NULL,

    CONSTRAINT "search_vocabulary_doubts_pkey" PRIMARY KEY ("id")
);

-- The words of a user that typos are looked up for. Not STRICT, so that PostgreSQL takes its query into the one around it.
CREATE FUNCTION "vocabulary_of"("search" TSVECTOR) RETURNS SETOF TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5 AS $$
  SELECT term FROM unnest(tsvector_to_array(search)) AS term
  WHERE char_length(ltrim(term, '@')) > 2 AND term NOT LIKE '#%' AND NOT is_unspaced(term)
$$;

CREATE FUNCTION "learn_words"() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  -- In one order everywhere, so that transactions that learn the same words cannot deadlock.
  INSERT INTO search_vocabulary (word)
  SELECT DISTINCT word COLLATE "C" FROM new_users, vocabulary_of(search) AS word ORDER BY 1
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE FUNCTION "doubt_words"() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO search_vocabulary_doubts (word) SELECT vocabulary_of(search) FROM old_users;
  RETURN NULL;
END $$;

CREATE FUNCTION "relearn_words"() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO search_vocabulary_doubts (word)
  SELECT word FROM vocabulary_of(OLD.search) AS word EXCEPT SELECT word FROM vocabulary_of(NEW.search) AS word;
  INSERT INTO search_vocabulary (word)
  SELECT DISTINCT word COLLATE "C" FROM vocabulary_of(NEW.search) AS word ORDER BY 1
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER "users_learn_words" AFTER INSERT ON "users"
  REFERENCING NEW TABLE AS new_users FOR EACH STATEMENT EXECUTE FUNCTION learn_words();

CREATE TRIGGER "users_doubt_words" AFTER DELETE ON "users"
  REFERENCING OLD TABLE AS old_users FOR EACH STATEMENT EXECUTE FUNCTION doubt_words();

CREATE TRIGGER "users_relearn_words" AFTER UPDATE OF "name", "location" ON "users"
  FOR EACH ROW WHEN (OLD.search IS DISTINCT FROM NEW.search) EXECUTE FUNCTION relearn_words();

-- Users who were there before.
INSERT INTO "search_vocabulary" SELECT DISTINCT vocabulary_of("search") FROM "users";

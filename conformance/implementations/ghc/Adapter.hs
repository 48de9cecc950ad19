-- The GHC adapter: runs Proctor's scenarios on Haskell's threads.
--
-- A P is a capability. A timer asks its thread to yield after a time slice, which it does where it
-- allocates; the module is compiled with -fno-omit-yields, so that loops which allocate nothing ask
-- too. A foreign call that is `safe` gives the capability to another thread; one that is `unsafe`
-- does not, and the runtime does not notice it: so are stamps written. A deadlock is found by the
-- garbage collector, which throws BlockedIndefinitelyOnMVar into the threads that can never go on.
module Main (main) where

import Control.Concurrent
import Control.Exception
import Control.Monad
import Data.Bits (xor)
import qualified Data.ByteString as B
import qualified Data.ByteString.Char8 as C
import qualified Data.ByteString.Unsafe as U
import Data.Char (isDigit, isSpace)
import Data.IORef
import Data.Int
import Data.Maybe (fromMaybe)
import Data.Version (showVersion)
import Foreign hiding (void)
import Foreign.C (CInt (..), CSize (..), CUInt (..), CULong (..))
import GHC.Conc (getNumProcessors)
import System.CPUTime (getCPUTime)
import System.Environment (lookupEnv)
import System.Exit
import System.Info (compilerName, compilerVersion)
import System.Mem (performMajorGC)
import System.Posix.Types (CSsize (..), Fd (..))

foreign import ccall unsafe "write" c_write :: CInt -> Ptr a -> CSize -> IO CSsize
foreign import ccall safe "read" c_read :: CInt -> Ptr a -> CSize -> IO CSsize
foreign import ccall unsafe "read" c_read_ready :: CInt -> Ptr a -> CSize -> IO CSsize
foreign import ccall safe "poll" c_poll :: Ptr () -> CULong -> CInt -> IO CInt
foreign import ccall safe "getppid" c_getppid :: IO CInt
foreign import ccall unsafe "usleep" c_usleep :: CUInt -> IO CInt
foreign import ccall unsafe "clock_gettime" c_clock :: CInt -> Ptr Int64 -> IO CInt

now :: IO Int64
now = allocaArray 2 $ \time -> do
  _ <- c_clock 1 time -- CLOCK_MONOTONIC
  seconds <- peekElemOff time 0
  ns <- peekElemOff time 1
  pure (seconds * 1000000000 + ns)

-- A line is short, so the pipe takes it whole or not at all.
say :: String -> IO ()
say line = do
  put <- writeLine 4 line
  when (put < 0) $ exitWith (ExitFailure 1)

writeLine :: CInt -> String -> IO CSsize
writeLine descriptor line = U.unsafeUseAsCStringLen (C.pack (line ++ "\n")) $ \(text, size) ->
  c_write descriptor text (fromIntegral size)

-- `more` holds the further members; without a number it is the scenario's own stamp.
stamp :: String -> Int -> String -> IO ()
stamp event g more = do
  t <- now
  let number = if g > 0 then ",\"g\":" ++ show g else ""
  say ("{\"t\":" ++ show t ++ ",\"e\":\"" ++ event ++ "\"" ++ number ++ more ++ "}")

-- As much of JSON as scenarios need.
data Json = Object [(String, Json)] | Array [Json] | Text String | Number Int64 | Truth Bool

parse :: String -> (Json, String)
parse text = case dropWhile isSpace text of
  '{' : rest -> members [] (dropWhile isSpace rest)
  '[' : rest -> elements [] (dropWhile isSpace rest)
  '"' : rest -> let (s, after) = string rest in (Text s, after)
  't' : rest -> (Truth True, drop 3 rest)
  'f' : rest -> (Truth False, drop 4 rest)
  'n' : rest -> (Text "", drop 3 rest)
  '-' : rest -> let (digits, after) = span isDigit rest in (Number (negate (read digits)), after)
  rest -> let (digits, after) = span isDigit rest in (Number (read digits), after)
  where
    members done ('}' : rest) = (Object done, rest)
    members done (',' : rest) = members done (dropWhile isSpace rest)
    members done ('"' : rest) =
      let (name, colon) = string rest
          (value, after) = parse (drop 1 (dropWhile isSpace colon))
       in members ((name, value) : done) (dropWhile isSpace after)
    members done _ = (Object done, "")
    elements done (']' : rest) = (Array (reverse done), rest)
    elements done (',' : rest) = elements done (dropWhile isSpace rest)
    elements done rest = let (value, after) = parse rest in elements (value : done) (dropWhile isSpace after)
    string ('\\' : c : rest) = let (s, after) = string rest in (c : s, after)
    string ('"' : rest) = ("", rest)
    string (c : rest) = let (s, after) = string rest in (c : s, after)
    string "" = ("", "")

member :: String -> Json -> Maybe Json
member name (Object members) = lookup name members
member _ _ = Nothing

number :: String -> Int64 -> Json -> Int64
number name otherwise' object = case member name object of
  Just (Number n) -> n
  _ -> otherwise'

list :: String -> Json -> [Json]
list name object = case member name object of
  Just (Array elements) -> elements
  _ -> []

-- The n-th send ends once n - capacity receives have begun, the n-th receive once n sends.
data Sides = Sides {sends, receives :: Int64, waiting :: [(Bool, Int64, MVar ())]}

data Channel = Channel Int64 (MVar Sides)

pass :: Bool -> Channel -> IO ()
pass isSend (Channel capacity sides) = do
  turn <- newEmptyMVar
  modifyMVar_ sides $ \before -> do
    let counted = if isSend then before {sends = sends before + 1} else before {receives = receives before + 1}
        mine = (isSend, if isSend then sends counted else receives counted, turn)
        isDue (send, n, _) = n <= if send then receives counted + capacity else sends counted
        everybody = mine : waiting counted
    forM_ (filter isDue everybody) $ \(_, _, other) -> putMVar other ()
    pure counted {waiting = filter (not . isDue) everybody}
  takeMVar turn

-- Computes and calls nothing.
turnAround :: Int64 -> Int64
turnAround iterations = go iterations 0
  where
    go x i
      | i >= iterations = x
      | otherwise = go (x `xor` i) (i + 1)
{-# NOINLINE turnAround #-}

-- Turns in a millisecond: the fastest measurement is the least disturbed one.
calibrate :: IO Int64
calibrate = do
  let iterations = 1000000
  times <- forM [0 .. 4] $ \i -> do
    begun <- now
    _ <- evaluate (turnAround (iterations + i))
    subtract begun <$> now
  pure (iterations * 1000000 `div` (minimum times + 1))

data Run = Run
  { tasks :: [Json],
    channels :: [Channel],
    perMs :: Int64,
    lastTask :: IORef Int,
    live :: MVar Int,
    done :: MVar (),
    garbage :: IORef B.ByteString,
    collections :: IORef Int
  }

perform :: Run -> IO ()
perform run = do
  stamp "scenario_start" 0 ""
  forM_ (zip [0 ..] (tasks run)) $ \(i, task) -> case member "start" task of
    Just (Truth False) -> pure ()
    _ -> spawn run i 0
  leave run
  takeMVar (done run)
  stamp "scenario_end" 0 ""

spawn :: Run -> Int -> Int -> IO ()
spawn run index by = do
  g <- atomicModifyIORef' (lastTask run) (\n -> (n + 1, n + 1))
  modifyMVar_ (live run) (pure . (+ 1))
  stamp "task_spawn" by (",\"task\":" ++ show g)
  void (forkIO (runTask run (tasks run !! index) g `catches` [Handler deadlock, Handler failure]))

-- The runtime has found that this thread can never go on. It says so by an exception.
deadlock :: BlockedIndefinitelyOnMVar -> IO ()
deadlock e = writeLine 2 ("deadlock: " ++ show e) >> quit

failure :: SomeException -> IO ()
failure e = writeLine 2 ("adapter: " ++ show e) >> quit

quit :: IO ()
quit = c_exit 2

foreign import ccall unsafe "_exit" c_exit :: CInt -> IO ()

leave :: Run -> IO ()
leave run = do
  left <- modifyMVar (live run) (\n -> pure (n - 1, n - 1))
  when (left == 0) $ putMVar (done run) ()

runTask :: Run -> Json -> Int -> IO ()
runTask run task g = do
  stamp "task_start" g ""
  forM_ [1 .. number "repeat" 1 task] $ \_ ->
    forM_ (zip [0 :: Int ..] (list "ops" task)) $ \(index, op) -> do
      let name = case member "op" op of
            Just (Text text) -> text
            _ -> ""
          which = ",\"op\":\"" ++ name ++ "\",\"index\":" ++ show index
          asked = number "duration_ns" 0 op
      stamp "op_begin" g (which ++ ",\"duration_ns\":" ++ show asked)
      operation run name op asked g
      stamp "op_end" g which
  stamp "task_end" g ""
  leave run

until' :: Int64 -> IO () -> IO ()
until' asked step = do
  begun <- now
  let go = do
        t <- now
        when (t - begun < asked) (step >> go)
  go

operation :: Run -> String -> Json -> Int64 -> Int -> IO ()
operation run name op asked g = case name of
  "spin" -> void (evaluate (turnAround (asked `div` 1000 * perMs run `div` 1000)))
  "work" -> until' asked $ replicateM_ 50 (writeIORef (garbage run) $! B.replicate 64 1)
  "block" -> until' asked $ void (c_poll nullPtr 0 (fromIntegral ((asked + 999999) `div` 1000000)))
  -- An unsafe call keeps its capability.
  "block_untold" -> until' asked $ void (c_usleep (fromIntegral ((asked + 999) `div` 1000)))
  "calls" -> until' asked $ void c_getppid
  "wait" -> wait (fromIntegral (10 + number "descriptor" 0 op))
  "sleep" -> until' asked $ threadDelay (fromIntegral ((asked + 999) `div` 1000))
  "yield" -> yield
  "send" -> pass True (channels run !! fromIntegral (number "channel" 0 op))
  "receive" -> pass False (channels run !! fromIntegral (number "channel" 0 op))
  "spawn" -> spawn run (fromIntegral (number "task" 0 op)) g
  "allocate" -> writeIORef (garbage run) $! B.replicate (fromIntegral (number "bytes" 0 op)) 1
  "collect" -> do
    performMajorGC
    count <- atomicModifyIORef' (collections run) (\n -> (n + 1, n + 1))
    stamp "collection" 0 (",\"count\":" ++ show count)
  "stamp" -> do
    picoseconds <- getCPUTime
    stamp "cpu_time" g (",\"cpu_ns\":" ++ show (picoseconds `div` 1000))
  other -> error ("no operation " ++ other)

wait :: CInt -> IO ()
wait descriptor = do
  threadWaitRead (Fd descriptor)
  got <- allocaBytes 1 $ \one -> c_read_ready descriptor (one :: Ptr Word8) 1
  when (got /= 1) (wait descriptor) -- another one was faster

inForce :: Int -> String
inForce procs = "{\"procs\":" ++ show procs ++ ",\"slice_ns\":20000000}"

readLines :: B.ByteString -> (String -> IO ()) -> IO ()
readLines text each = case C.elemIndex '\n' text of
  Just end -> each (C.unpack (B.take end text)) >> readLines (B.drop (end + 1) text) each
  Nothing -> do
    block <- allocaBytes 65536 $ \memory -> do
      got <- c_read 3 (memory :: Ptr Word8) 65536
      B.packCStringLen (castPtr memory, max 0 (fromIntegral got))
    unless (B.null block) (readLines (text <> block) each)

main :: IO ()
main = do
  started <- lookupEnv "PROCTOR_ADAPTER"
  when (started == Nothing) $ die "adapter: to be started by proctor, not by hand"
  turns <- calibrate
  cpus <- getNumProcessors
  setNumCapabilities cpus
  say $
    "{\"schema\":\"proctor-adapter/1\",\"name\":\"" ++ compilerName ++ "\",\"version\":\""
      ++ showVersion compilerVersion
      ++ "\",\"operations\":[\"spin\",\"work\",\"block\",\"block_untold\",\"calls\",\"wait\",\"sleep\",\"yield\",\"send\","
      ++ "\"receive\",\"spawn\",\"allocate\",\"collect\",\"stamp\"],\"settable\":[\"procs\"],\"in_force\":"
      ++ inForce cpus
      ++ ",\"monitor\":null,\"preemption\":\"safepoint\",\"reports_deadlock\":true,\"blocking\":\"told\"}"
  readLines B.empty $ \line -> do
    let scenario = fst (parse line)
        asked = number "procs" 0 (fromMaybe (Object []) (member "tunables" scenario))
        procs = if asked == 0 then cpus else fromIntegral asked
    setNumCapabilities procs
    made <- forM (list "channels" scenario) $ \c -> Channel (number "capacity" 0 c) <$> newMVar (Sides 0 0 [])
    run <-
      Run (list "tasks" scenario) made turns <$> newIORef 0 <*> newMVar 1 <*> newEmptyMVar
        <*> newIORef B.empty
        <*> newIORef 0
    perform run `catches` [Handler deadlock, Handler failure]
    say ("{\"done\":{\"in_force\":" ++ inForce procs ++ "}}")

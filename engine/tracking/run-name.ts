import { randomInt } from 'node:crypto';

const adjectives =
  'able agile amber ample apt austere balanced bold brave breezy bright brisk calm candid careful cheerful chill civil clear clever cosy crisp curious dapper daring deft eager early earnest easy elegant fair fearless fine firm fleet fond frank fresh gentle glad graceful grand hardy honest humble jolly keen kind lively loyal lucid lucky mellow merry mild modest neat nimble noble patient placid plain poised polite proud quick quiet rapid ready robust salty serene sharp sincere sleek smart smooth snug sober solid spry stately steady stout sturdy suave subtle sunny swift tidy tranquil trim upbeat valiant vivid warm wily wise witty worthy zesty'.split(
    ' ',
  );
const nouns =
  'ant asp auk bass bat bear bee bison boar bream calf carp cat clam cod colt conch crab crane crow cub deer dingo dog dove duck eagle eel egret elk emu ermine falcon fawn ferret finch fox frog gecko gnu goat goose grouse gull hare hawk hen heron hog horse hound ibex ibis jay kite kiwi koala lamb lark lemur lion lizard llama loon lynx mare mink mole moose moth mouse mule newt okapi orca oryx osprey otter owl ox panda perch pika plover puffin puma quail ram raven ray robin rook seal shark sheep shrew shrimp skunk sloth snail snipe squid stag stoat stork swan tapir teal tern toad trout turtle vole wasp weasel whale wolf wombat wren yak zebra'.split(
    ' ',
  );

/** A name for a run or logged model that has none: adjective, noun and a number up to 1000, at most 20 characters, as MLflow's. */
export function randomRunName(): string {
  const adjective = adjectives[randomInt(adjectives.length)];
  const noun = nouns[randomInt(nouns.length)];
  return `${adjective}-${noun}-${randomInt(1001)}`;
}

#!/bin/bash
# SPDX-License-Identifier: MIT
# The check of rooms and arrows (tests/arrows) sees what it is there for, in a small house of three
# rooms: floor, wall and roof, each of which uses those before it.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"

compiler=${CC:-cc}
if ! have nm || ! have "$compiler"; then
    skip_all 'there is no compiler'
fi

# house NAME: a folder of that name with the house, where the test goes on.
house() {
    mkdir -p "$temporary/$1/docs" "$temporary/$1/floor" "$temporary/$1/wall" "$temporary/$1/roof"
    cd "$temporary/$1" || exit 1
    echo 'int floor_lay(void);' >floor/floor.h
    echo 'int floor_lay(void) { return 1; }' >floor/floor.c
    echo 'int floor_lay(void); int wall_build(void) { return floor_lay(); }' >wall/wall.c
    echo 'int wall_build(void); int roof_set(void) { return wall_build(); }' >roof/roof.c
    cat >docs/architecture.md <<'END'
# House

## The rooms

| room | holds |
| --- | --- |
| `floor/` | what all stands on |
| `wall/` | what holds the roof |
| `roof/` | what keeps the rain off |

```mermaid
```

## Something else

| `garden/` | is no room |
END
}

# draw: puts the picture into the page.
draw() {
    "$root/tests/arrows" --draw build 2>/dev/null
}

# build: compiles all that stands there.
build() {
    local source
    for source in */*.c; do
        mkdir -p "build/${source%/*}"
        "$compiler" -c -I. -o "build/${source%.c}.o" "$source" || exit 1
    done
}

house whole
build
draw
run "$root/tests/arrows" build
is 'a house in order passes' "$code" 0
is 'in silence' "$(cat "$out" "$err")" ''
is 'the picture leaves out what a longer way shows' \
    "$("$root/tests/arrows" --picture build | grep 'roof\[')" '    roof[roof] --> wall'

house circle
echo 'int floor_lay(void); int floor_oil(void) { return floor_lay(); }' >floor/oil.c
echo 'int floor_oil(void); int floor_lay(void) { return floor_oil(); }' >floor/floor.c
build
draw
run "$root/tests/arrows" build
is 'a circle of files fails' "$code" 1
like 'and is shown' "$(cat "$err")" 'circle of files: floor/floor needs floor_oil of floor/oil'
unlike 'without those that only lead to it' "$(cat "$err")" 'wall'

house upwards
echo 'int roof_set(void); int floor_lay(void) { return 1; } int floor_see(void) { return roof_set(); }' \
    >floor/floor.c
build
draw
run "$root/tests/arrows" build
is 'an arrow against the order fails' "$code" 1
like 'and is shown' "$(cat "$err")" 'floor/ stands above roof/ and uses it: floor/floor needs roof_set'
like 'and the circle of rooms and files that it closes' "$(cat "$err")" \
    'circle of files: roof/roof needs wall_build of wall/wall'

house include
echo '#define TILE 1' >roof/tile.h
printf '#include "roof/tile.h"\nint floor_lay(void) { return TILE; }\n' >floor/floor.c
build
draw
run "$root/tests/arrows" build
is 'an include against the order fails' "$code" 1
like 'and is shown' "$(cat "$err")" \
    'floor/ stands above roof/ and uses it: floor/floor.c includes roof/tile.h'

house inside
echo '#define PLANK 1' >floor/internal.h
printf '#include "floor/internal.h"\nint floor_lay(void); int wall_build(void) { return floor_lay() + PLANK; }\n' >wall/wall.c
build
draw
run "$root/tests/arrows" build
is "another room's internal header fails" "$code" 1
like 'and is shown' "$(cat "$err")" 'wall/wall.c includes floor/internal.h of another room'

house rooms
mkdir cellar
echo 'int cellar;' >cellar/cellar.c
rm -r roof
build
draw
run "$root/tests/arrows" build
is 'folders that are no rooms, and rooms that are no folders, fail' "$code" 1
like 'the folder is named' "$(cat "$err")" 'cellar/ holds sources and is no room'
like 'and the room' "$(cat "$err")" 'roof/ is a room without sources'

house picture
build
draw
sed -i 's/ --> floor/ --> roof/' docs/architecture.md
run "$root/tests/arrows" build
is 'a picture of another house fails' "$code" 1
like 'and is told how to draw it' "$(cat "$err")" 'tests/arrows --draw build'

done_testing

#include "dice.h"

/* splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
#define STEP UINT64_C(0x9e3779b97f4a7c15)

uint64_t dice_seed(uint64_t base, uint64_t index)
{
    return base + index * STEP;
}

static uint64_t mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

void dice_start(struct dice *dice, uint64_t seed)
{
    dice->state = mix(seed);
}

uint64_t dice_roll(struct dice *dice)
{
    dice->state += STEP;
    return mix(dice->state);
}

/* The tiny bias of a product's upper half does not matter here. */
uint32_t dice_below(struct dice *dice, uint32_t bound)
{
    return (uint32_t)(((dice_roll(dice) >> 32) * bound) >> 32);
}

uint32_t dice_between(struct dice *dice, uint32_t least, uint32_t most)
{
    return least + dice_below(dice, most - least + 1);
}

bool dice_chance(struct dice *dice, uint32_t percent)
{
    return dice_below(dice, 100) < percent;
}

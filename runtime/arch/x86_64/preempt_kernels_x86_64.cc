#include <immintrin.h>

#include <cstdint>

#include "runtime/arch/preempt.h"
#include "runtime/arch/preempt_kernels.h"

namespace proctor::runtime {
namespace {

bool Always() { return true; }
// clang-format off: assembly reads by its own lines.
bool HasAvx2() { return __builtin_cpu_supports("avx2"); }
bool HasAvx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

// A permutation in which each of 14 registers feeds the next. rbp stays out: a compiler may refuse
// it; every other kernel uses it as its frame pointer.
#define INTEGERS_BODY \
  uint64_t sum = 0; \
  asm volatile( \
      "mov $1, %%rax\n mov $2, %%rbx\n mov $3, %%rdx\n mov $5, %%rsi\n mov $7, %%rdi\n" \
      "mov $11, %%r8\n mov $13, %%r9\n mov $17, %%r10\n mov $19, %%r11\n mov $23, %%r12\n" \
      "mov $29, %%r13\n mov $31, %%r14\n mov $37, %%r15\n" \
      "1:\n" \
      "add %%r15, %%rax\n rol $7, %%rax\n xor %%rax, %%rbx\n lea 3(%%rbx,%%rdx,4), %%rdx\n" \
      "add %%rdx, %%rsi\n ror $11, %%rsi\n imul $31, %%rdi, %%rdi\n xor %%rsi, %%rdi\n" \
      "sub %%rdi, %%r8\n bswap %%r8\n add %%r8, %%r9\n not %%r9\n xor %%r9, %%r10\n" \
      "rol $13, %%r10\n add %%r10, %%r11\n lea 1(%%r11,%%r12,2), %%r12\n xor %%r12, %%r13\n" \
      "imul $17, %%r13, %%r13\n add %%r13, %%r14\n ror $5, %%r14\n xor %%r14, %%r15\n" \
      "dec %%rcx\n jnz 1b\n" \
      "add %%rbx, %%rax\n add %%rdx, %%rax\n add %%rsi, %%rax\n add %%rdi, %%rax\n" \
      "add %%r8, %%rax\n add %%r9, %%rax\n add %%r10, %%rax\n add %%r11, %%rax\n" \
      "add %%r12, %%rax\n add %%r13, %%rax\n add %%r14, %%rax\n add %%r15, %%rax\n" \
      : "=&a"(sum), "+c"(rounds) \
      : \
      : "rbx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", \
        "cc"); \
  return sum;

// Carry goes from one addition to the next over instructions that leave it alone, and the other
// arithmetic flags are read every round.
PROCTOR_PREEMPTIBLE uint64_t Flags(uint64_t rounds) {
  uint64_t sum = 0;
  asm volatile(
      "mov %[rounds], %%rcx\n mov $0x9e3779b97f4a7c15, %%rdx\n mov $1, %%r8\n xor %%eax, %%eax\n"
      "1:\n"
      "add %%rdx, %%rax\n adc $0, %%r8\n adc %%rdx, %%rax\n mov %%rax, %%r9\n lea 1(%%r9), %%r9\n"
      "adc %%r9, %%r8\n bswap %%r8\n adc %%r8, %%rax\n"
      "setc %%r10b\n cmp %%r8, %%rax\n mov %%rax, %%r11\n setg %%r11b\n sets %%r10b\n seto %%r9b\n"
      "setp %%dl\n movzx %%r10b, %%r10\n lea (%%r11,%%r10,2), %%r11\n xor %%r11, %%rax\n"
      "dec %%rcx\n jnz 1b\n"
      : "=&a"(sum)
      : [rounds] "m"(rounds)
      : "rcx", "rdx", "r8", "r9", "r10", "r11", "cc");
  return sum;
}

// Walks a table backwards by the direction flag, which every called function expects to be clear.
PROCTOR_PREEMPTIBLE uint64_t Direction(uint64_t rounds) {
  uint64_t table[8] = {3, 1, 4, 1, 5, 9, 2, 6};
  uint64_t sum = 0;
  asm volatile(
      "mov %[rounds], %%rdx\n xor %%r8d, %%r8d\n"
      "1:\n"
      "lea 56(%[table]), %%rsi\n mov $8, %%ecx\n std\n"
      "2:\n lodsq\n imul $31, %%r8, %%r8\n add %%rax, %%r8\n dec %%ecx\n jnz 2b\n"
      "cld\n dec %%rdx\n jnz 1b\n mov %%r8, %%rax\n"
      : "=&a"(sum)
      : [rounds] "m"(rounds), [table] "r"(table), "m"(table)
      : "rcx", "rdx", "rsi", "r8", "cc");
  return sum;
}

// A leaf that never moves the stack pointer and keeps what it computes in the 128 bytes below it.
__attribute__((naked)) PROCTOR_PREEMPTIBLE uint64_t RedZone(uint64_t /*rounds*/) {
  asm volatile(
      "movq $1, -8(%rsp)\n movq $2, -16(%rsp)\n movq $3, -64(%rsp)\n movq $4, -120(%rsp)\n"
      "movq $5, -128(%rsp)\n"
      "1:\n"
      "movq -8(%rsp), %rax\n imulq $31, %rax, %rax\n addq -128(%rsp), %rax\n"
      "movq %rax, -8(%rsp)\n addq %rax, -16(%rsp)\n rolq $7, -16(%rsp)\n"
      "movq -16(%rsp), %rdx\n xorq %rdx, -64(%rsp)\n movq -64(%rsp), %rdx\n"
      "addq %rdx, -120(%rsp)\n rorq $3, -120(%rsp)\n movq -120(%rsp), %rdx\n"
      "addq %rdx, -128(%rsp)\n"
      "decq %rdi\n jnz 1b\n"
      "movq -8(%rsp), %rax\n addq -16(%rsp), %rax\n addq -64(%rsp), %rax\n"
      "addq -120(%rsp), %rax\n addq -128(%rsp), %rax\n ret\n");
}

// Eight values on the x87 stack, rotated and added; the control word says single precision.
PROCTOR_PREEMPTIBLE uint64_t X87(uint64_t rounds) {
  uint16_t before = 0;
  const uint16_t single = 0x007f;
  double sum = 0;
  asm volatile(
      "fnstcw %[before]\n fldcw %[single]\n"
      "fld1\n fldpi\n fldl2e\n fldl2t\n fldlg2\n fldln2\n fld1\n"
      "mov %[rounds], %%rcx\n"
      "1:\n"
      "fadd %%st(1), %%st\n fmul %%st(5), %%st\n fxch %%st(3)\n fsqrt\n fadd %%st(6), %%st\n"
      "fxch %%st(2)\n fchs\n fabs\n fxch %%st(4)\n fld1\n fdivp %%st, %%st(1)\n fsqrt\n"
      "fxch %%st(1)\n fsqrt\n"
      "dec %%rcx\n jnz 1b\n"
      "faddp\n faddp\n faddp\n faddp\n faddp\n faddp\n fstpl %[sum]\n fldcw %[before]\n"
      : [sum] "=m"(sum), [before] "+m"(before)
      : [rounds] "m"(rounds), [single] "m"(single)
      : "rcx", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)", "cc");
  return __builtin_bit_cast(uint64_t, sum);
}

// Divisions in a rounding mode of MXCSR's that is not the default.
PROCTOR_PREEMPTIBLE uint64_t Mxcsr(uint64_t rounds) {
  uint32_t before = 0;
  const uint32_t upward = 0x5f80;
  double sum = 0;
  const double start = 1.0, divisor = 1.0000001;
  asm volatile(
      "stmxcsr %[before]\n ldmxcsr %[upward]\n movsd %[start], %%xmm0\n movsd %[divisor], %%xmm1\n"
      "mov %[rounds], %%rcx\n"
      "1:\n divsd %%xmm1, %%xmm0\n addsd %%xmm0, %%xmm0\n sqrtsd %%xmm0, %%xmm0\n"
      "dec %%rcx\n jnz 1b\n"
      "movsd %%xmm0, %[sum]\n ldmxcsr %[before]\n"
      : [sum] "=m"(sum), [before] "+m"(before)
      : [rounds] "m"(rounds), [upward] "m"(upward), [start] "m"(start), [divisor] "m"(divisor)
      : "rcx", "xmm0", "xmm1", "cc");
  return __builtin_bit_cast(uint64_t, sum);
}

// Every register is set from the one before it, all of them, every round.
#define AVX2_STEP(to, from) \
  "vpaddq %%ymm" #from ", %%ymm" #to ", %%ymm" #to "\n vpshufd $0x93, %%ymm" #to ", %%ymm" #to "\n"
#define AVX2_SET(n) "vpbroadcastq %%xmm0, %%ymm" #n "\n vpaddq %%ymm0, %%ymm0, %%ymm0\n"

PROCTOR_PREEMPTIBLE __attribute__((target("avx2"))) uint64_t Avx2(uint64_t rounds) {
  alignas(32) uint64_t out[4] = {};
  asm volatile(
      "mov $0x9e3779b97f4a7c15, %%rax\n vmovq %%rax, %%xmm0\n vpbroadcastq %%xmm0, %%ymm0\n"
      AVX2_SET(1) AVX2_SET(2) AVX2_SET(3) AVX2_SET(4) AVX2_SET(5) AVX2_SET(6) AVX2_SET(7)
      AVX2_SET(8) AVX2_SET(9) AVX2_SET(10) AVX2_SET(11) AVX2_SET(12) AVX2_SET(13) AVX2_SET(14)
      AVX2_SET(15)
      // Lower and upper halves shall differ.
      "vpermq $0x1b, %%ymm15, %%ymm15\n vpcmpeqq %%ymm14, %%ymm14, %%ymm14\n"
      "vextracti128 $1, %%ymm15, %%xmm14\n"
      "mov %[rounds], %%rcx\n"
      "1:\n"
      AVX2_STEP(0, 15) AVX2_STEP(1, 0) AVX2_STEP(2, 1) AVX2_STEP(3, 2) AVX2_STEP(4, 3)
      AVX2_STEP(5, 4) AVX2_STEP(6, 5) AVX2_STEP(7, 6) AVX2_STEP(8, 7) AVX2_STEP(9, 8)
      AVX2_STEP(10, 9) AVX2_STEP(11, 10) AVX2_STEP(12, 11) AVX2_STEP(13, 12) AVX2_STEP(14, 13)
      AVX2_STEP(15, 14)
      "vpermq $0x39, %%ymm15, %%ymm15\n"
      "dec %%rcx\n jnz 1b\n"
      "vmovdqa %%ymm15, %[out]\n vzeroupper\n"
      : [out] "=m"(out)
      : [rounds] "m"(rounds)
      : "rax", "rcx", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
        "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
  return out[0] ^ out[1] * 3 ^ out[2] * 5 ^ out[3] * 7;
}

#define AVX512_STEP(to, from)                              \
  "vpaddq %%zmm" #from ", %%zmm" #to ", %%zmm" #to "\n"    \
  "vprolq $7, %%zmm" #to ", %%zmm" #to "%{%%k1%}\n"        \
  "valignq $3, %%zmm" #to ", %%zmm" #from ", %%zmm" #to "%{%%k2%}\n"
#define AVX512_SET(n) "vpbroadcastq %%rax, %%zmm" #n "\n imul $31, %%rax, %%rax\n"

// All 32 registers and all 8 masks, which change every round.
PROCTOR_PREEMPTIBLE __attribute__((target("avx512f,avx512bw"))) uint64_t Avx512(uint64_t rounds) {
  alignas(64) uint64_t out[8] = {};
  uint64_t masks = 0;
  asm volatile(
      "mov $0x9e3779b97f4a7c15, %%rax\n"
      AVX512_SET(0) AVX512_SET(1) AVX512_SET(2) AVX512_SET(3) AVX512_SET(4) AVX512_SET(5)
      AVX512_SET(6) AVX512_SET(7) AVX512_SET(8) AVX512_SET(9) AVX512_SET(10) AVX512_SET(11)
      AVX512_SET(12) AVX512_SET(13) AVX512_SET(14) AVX512_SET(15) AVX512_SET(16) AVX512_SET(17)
      AVX512_SET(18) AVX512_SET(19) AVX512_SET(20) AVX512_SET(21) AVX512_SET(22) AVX512_SET(23)
      AVX512_SET(24) AVX512_SET(25) AVX512_SET(26) AVX512_SET(27) AVX512_SET(28) AVX512_SET(29)
      AVX512_SET(30) AVX512_SET(31)
      "kmovq %%rax, %%k0\n mov $0x5a, %%eax\n kmovq %%rax, %%k1\n mov $0xc7, %%eax\n"
      "kmovq %%rax, %%k2\n kmovq %%rax, %%k3\n kmovq %%rax, %%k4\n kmovq %%rax, %%k5\n"
      "kmovq %%rax, %%k6\n kmovq %%rax, %%k7\n"
      "mov %[rounds], %%rcx\n"
      "1:\n"
      AVX512_STEP(0, 31) AVX512_STEP(1, 0) AVX512_STEP(2, 1) AVX512_STEP(3, 2) AVX512_STEP(4, 3)
      AVX512_STEP(5, 4) AVX512_STEP(6, 5) AVX512_STEP(7, 6) AVX512_STEP(8, 7) AVX512_STEP(9, 8)
      AVX512_STEP(10, 9) AVX512_STEP(11, 10) AVX512_STEP(12, 11) AVX512_STEP(13, 12)
      AVX512_STEP(14, 13) AVX512_STEP(15, 14) AVX512_STEP(16, 15) AVX512_STEP(17, 16)
      AVX512_STEP(18, 17) AVX512_STEP(19, 18) AVX512_STEP(20, 19) AVX512_STEP(21, 20)
      AVX512_STEP(22, 21) AVX512_STEP(23, 22) AVX512_STEP(24, 23) AVX512_STEP(25, 24)
      AVX512_STEP(26, 25) AVX512_STEP(27, 26) AVX512_STEP(28, 27) AVX512_STEP(29, 28)
      AVX512_STEP(30, 29) AVX512_STEP(31, 30)
      "kaddq %%k1, %%k0, %%k0\n kxorq %%k0, %%k7, %%k7\n kaddq %%k7, %%k6, %%k6\n"
      "kxorq %%k6, %%k5, %%k5\n kaddq %%k5, %%k4, %%k4\n kxorq %%k4, %%k3, %%k3\n"
      "kaddq %%k3, %%k2, %%k2\n kxorq %%k2, %%k1, %%k1\n"
      "dec %%rcx\n jnz 1b\n"
      "vmovdqa64 %%zmm31, %[out]\n kxorq %%k1, %%k0, %%k0\n kmovq %%k0, %[masks]\n vzeroupper\n"
      : [out] "=m"(out), [masks] "=m"(masks)
      : [rounds] "m"(rounds)
      : "rax", "rcx", "cc", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "xmm0", "xmm1", "xmm2",
        "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
        "xmm14", "xmm15", "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23",
        "xmm24", "xmm25", "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31");
  uint64_t sum = masks;
  for (int i = 0; i < 8; ++i) sum = sum * 31 + out[i];
  return sum;
}

}  // namespace

PROCTOR_PREEMPTIBLE uint64_t PreemptibleIntegers(uint64_t rounds) { INTEGERS_BODY }
uint64_t OrdinaryIntegers(uint64_t rounds) { INTEGERS_BODY }

const Kernel kKernels[] = {
    {"integers", PreemptibleIntegers, Always},
    {"flags", Flags, Always},
    {"direction", Direction, Always},
    {"red zone", RedZone, Always},
    {"x87", X87, Always},
    {"mxcsr", Mxcsr, Always},
    {"avx2", Avx2, HasAvx2},
    {"avx512", Avx512, HasAvx512},
    {nullptr, nullptr, nullptr},
};

__attribute__((target("avx512f,avx512bw"))) static void TrampleAvx512() {
  asm volatile(
      "mov $-1, %%rax\n kmovq %%rax, %%k0\n kmovq %%rax, %%k1\n kmovq %%rax, %%k2\n"
      "kmovq %%rax, %%k3\n kmovq %%rax, %%k4\n kmovq %%rax, %%k5\n kmovq %%rax, %%k6\n"
      "kmovq %%rax, %%k7\n"
      ".altmacro\n"
      ".macro trample_one n\n vpternlogd $0xff, %%zmm\\n, %%zmm\\n, %%zmm\\n\n .endm\n"
      ".set trampled, 0\n .rept 32\n trample_one %%trampled\n .set trampled, trampled + 1\n .endr\n"
      ".purgem trample_one\n .noaltmacro\n vzeroupper\n"
      :
      :
      : "rax", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
        "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
        "xmm15", "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24",
        "xmm25", "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31");
}

void TrampleVectors() {
  asm volatile(
      "pcmpeqd %%xmm0, %%xmm0\n movdqa %%xmm0, %%xmm1\n movdqa %%xmm0, %%xmm2\n"
      "movdqa %%xmm0, %%xmm3\n movdqa %%xmm0, %%xmm4\n movdqa %%xmm0, %%xmm5\n"
      "movdqa %%xmm0, %%xmm6\n movdqa %%xmm0, %%xmm7\n movdqa %%xmm0, %%xmm8\n"
      "movdqa %%xmm0, %%xmm9\n movdqa %%xmm0, %%xmm10\n movdqa %%xmm0, %%xmm11\n"
      "movdqa %%xmm0, %%xmm12\n movdqa %%xmm0, %%xmm13\n movdqa %%xmm0, %%xmm14\n"
      "movdqa %%xmm0, %%xmm15\n fninit\n" ::
          : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
            "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
  if (HasAvx512()) TrampleAvx512();
}

}  // namespace proctor::runtime

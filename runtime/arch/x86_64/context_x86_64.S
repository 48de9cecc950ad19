// The switch between two flows, and where a new one starts. No shadow stack and no end-branch
// marks: the switch leaves by an indirect jump to an address that no call of this flow pushed,
// which control-flow enforcement would refuse.

#include "runtime/arch/x86_64/frame.h"

        .text

// void SwitchContext(Context& from /* rdi */, const Context& to /* rsi */)
//
// Leaves by a jump and not by `ret`: the processor's guess for `ret` is the caller that called
// *this* switch, which is always wrong here and costs more than twice the whole switch.
//
// Reading MXCSR and the x87 control word is cheap, writing them is not: they are written only when
// the other flow's differ.
        .globl  proctor_switch_context
        .type   proctor_switch_context, @function
        .p2align 4
proctor_switch_context:
        .cfi_startproc
        subq    $(FRAME_BYTES - 8), %rsp
        .cfi_def_cfa_offset FRAME_BYTES
        movq    %rbp, FRAME_RBP(%rsp)
        movq    %rbx, FRAME_RBX(%rsp)
        movq    %r12, FRAME_R12(%rsp)
        movq    %r13, FRAME_R13(%rsp)
        movq    %r14, FRAME_R14(%rsp)
        movq    %r15, FRAME_R15(%rsp)
        .cfi_rel_offset %rbp, FRAME_RBP
        .cfi_rel_offset %rbx, FRAME_RBX
        .cfi_rel_offset %r12, FRAME_R12
        .cfi_rel_offset %r13, FRAME_R13
        .cfi_rel_offset %r14, FRAME_R14
        .cfi_rel_offset %r15, FRAME_R15
        stmxcsr FRAME_MXCSR(%rsp)
        fnstcw  FRAME_X87_CONTROL(%rsp)
        movl    FRAME_MXCSR(%rsp), %eax
        movzwl  FRAME_X87_CONTROL(%rsp), %ecx

        movq    %rsp, (%rdi)
        movq    (%rsi), %rsp

        xorl    FRAME_MXCSR(%rsp), %eax
        testl   $MXCSR_CONTROL, %eax
        jne     .Lload_mxcsr
.Lmxcsr_loaded:
        cmpw    FRAME_X87_CONTROL(%rsp), %cx
        jne     .Lload_x87_control
.Lx87_control_loaded:
        movq    FRAME_RBP(%rsp), %rbp
        movq    FRAME_RBX(%rsp), %rbx
        movq    FRAME_R12(%rsp), %r12
        movq    FRAME_R13(%rsp), %r13
        movq    FRAME_R14(%rsp), %r14
        movq    FRAME_R15(%rsp), %r15
        .cfi_remember_state
        .cfi_same_value %rbp
        .cfi_same_value %rbx
        .cfi_same_value %r12
        .cfi_same_value %r13
        .cfi_same_value %r14
        .cfi_same_value %r15
        movq    FRAME_RIP(%rsp), %rcx
        addq    $FRAME_BYTES, %rsp
        .cfi_def_cfa_offset 0
        .cfi_register %rip, %rcx
        jmp     *%rcx
        .cfi_restore_state
.Lload_mxcsr:
        ldmxcsr FRAME_MXCSR(%rsp)
        jmp     .Lmxcsr_loaded
.Lload_x87_control:
        fldcw   FRAME_X87_CONTROL(%rsp)
        jmp     .Lx87_control_loaded
        .cfi_endproc
        .size   proctor_switch_context, . - proctor_switch_context

// A new flow's first instructions: MakeContext put entry into r12 and its argument into r13. The
// caller is declared undefined, so that a backtrace ends here and an exception finds no handler.
        .globl  proctor_flow_start
        .hidden proctor_flow_start
        .type   proctor_flow_start, @function
        .p2align 4
proctor_flow_start:
        .cfi_startproc
        .cfi_undefined %rip
        movq    %r13, %rdi
        call    *%r12
        // entry has returned, which it must not.
        ud2
        .cfi_endproc
        .size   proctor_flow_start, . - proctor_flow_start

        .section .note.GNU-stack, "", @progbits

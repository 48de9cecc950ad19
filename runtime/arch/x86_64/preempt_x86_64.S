// Where a preempted task goes on: between any two instructions of its own. The signal handler has
// left the red zone alone (128 bytes below the task's stack pointer may hold values that the
// instruction set does not know to be live) and pushed the address to go back to:
//
//     the task's stack pointer        -> | the task's frame
//                                        | 128 bytes of red zone
//     the stack pointer on entry here -> | address of the interrupted instruction
//
// Nothing may be assumed of the stack pointer's alignment or of any flag, and everything must be
// as it was when this leaves by `ret $128`, which also steps back over the red zone.

#define RED_ZONE 128

        .text
        .globl  proctor_preempt_entry
        .hidden proctor_preempt_entry
        .type   proctor_preempt_entry, @function
        .p2align 4
proctor_preempt_entry:
        // A signal frame, for the unwinder: the address to go back to is an instruction that has
        // not run, not the one after a call.
        .cfi_startproc
        .cfi_signal_frame
        .cfi_def_cfa %rsp, 8 + RED_ZONE
        .cfi_offset %rip, -(8 + RED_ZONE)
        pushfq
        .cfi_adjust_cfa_offset 8
        cld
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbp, 0
        pushq   %rax
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rax, 0
        pushq   %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbx, 0
        pushq   %rcx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rcx, 0
        pushq   %rdx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rdx, 0
        pushq   %rsi
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rsi, 0
        pushq   %rdi
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rdi, 0
        pushq   %r8
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r8, 0
        pushq   %r9
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r9, 0
        pushq   %r10
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r10, 0
        pushq   %r11
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r11, 0
        pushq   %r12
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r12, 0
        pushq   %r13
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r13, 0
        pushq   %r14
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r14, 0
        pushq   %r15
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %r15, 0
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp

        // The vector and floating-point state, by an explicit mask. The area must be aligned to 64
        // bytes and its header (bytes 512 to 575) zero: xsave writes only a part of the header, and
        // xrstor refuses garbage in the rest.
        subq    proctor_xsave_bytes(%rip), %rsp
        andq    $-64, %rsp
        xorl    %eax, %eax
        leaq    512(%rsp), %rdi
        movl    $8, %ecx
        rep stosq
        movl    proctor_xsave_mask(%rip), %eax
        xorl    %edx, %edx
        xsave64 (%rsp)
        // The psABI promises a called function empty x87 registers and the default of MXCSR and the
        // x87 control word; an interrupted MMX or rounding sequence would break that.
        fninit
        ldmxcsr .Lmxcsr_default(%rip)

        call    proctor_preempted

        movl    proctor_xsave_mask(%rip), %eax
        xorl    %edx, %edx
        xrstor64 (%rsp)
        movq    %rbp, %rsp
        .cfi_def_cfa_register %rsp
        popq    %r15
        .cfi_adjust_cfa_offset -8
        .cfi_same_value %r15
        popq    %r14
        .cfi_adjust_cfa_offset -8
        .cfi_same_value %r14
        popq    %r13
        .cfi_adjust_cfa_offset -8
        .cfi_same_value %r13
        popq    %r12
        .cfi_adjust_cfa_offset -8
        .cfi_same_value %r12
        popq    %r11
        .cfi_adjust_cfa_offset -8
        popq    %r10
        .cfi_adjust_cfa_offset -8
        popq    %r9
        .cfi_adjust_cfa_offset -8
        popq    %r8
        .cfi_adjust_cfa_offset -8
        popq    %rdi
        .cfi_adjust_cfa_offset -8
        popq    %rsi
        .cfi_adjust_cfa_offset -8
        popq    %rdx
        .cfi_adjust_cfa_offset -8
        popq    %rcx
        .cfi_adjust_cfa_offset -8
        popq    %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_same_value %rbx
        popq    %rax
        .cfi_adjust_cfa_offset -8
        popq    %rbp
        .cfi_adjust_cfa_offset -8
        .cfi_same_value %rbp
        popfq
        .cfi_adjust_cfa_offset -8
        ret     $RED_ZONE
        .cfi_endproc
        .size   proctor_preempt_entry, . - proctor_preempt_entry

        .section .rodata
        .p2align 2
.Lmxcsr_default:
        .long   0x1f80

        .section .note.GNU-stack, "", @progbits

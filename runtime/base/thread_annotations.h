// Lock annotations that clang checks (-Wthread-safety); other compilers see nothing.
//
// Thread safety: macros.

#ifndef PROCTOR_RUNTIME_BASE_THREAD_ANNOTATIONS_H_
#define PROCTOR_RUNTIME_BASE_THREAD_ANNOTATIONS_H_

#if defined(__clang__)
#define PROCTOR_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define PROCTOR_THREAD_ANNOTATION(x)
#endif

#define CAPABILITY(x) PROCTOR_THREAD_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY PROCTOR_THREAD_ANNOTATION(scoped_lockable)
#define GUARDED_BY(x) PROCTOR_THREAD_ANNOTATION(guarded_by(x))
#define REQUIRES(...) PROCTOR_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) PROCTOR_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) PROCTOR_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define TRY_ACQUIRE(...) PROCTOR_THREAD_ANNOTATION(try_acquire_capability(__VA_ARGS__))
#define RELEASE(...) PROCTOR_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define ASSERT_CAPABILITY(x) PROCTOR_THREAD_ANNOTATION(assert_capability(x))
#define RETURN_CAPABILITY(x) PROCTOR_THREAD_ANNOTATION(lock_returned(x))
#define NO_THREAD_SAFETY_ANALYSIS PROCTOR_THREAD_ANNOTATION(no_thread_safety_analysis)

#endif  // PROCTOR_RUNTIME_BASE_THREAD_ANNOTATIONS_H_

// SPDX-License-Identifier: GPL-2.0-or-later
//! Tests that pass, fail, panic, are ignored; names that are no file names.
use std::collections::HashMap;

pub fn count(text: &str) -> HashMap<char, usize> {
    let mut found = HashMap::new();
    for c in text.chars() {
        *found.entry(c).or_insert(0) += 1;
    }
    found
}

#[cfg(test)]
mod many {
    macro_rules! tests {
        ($($name:ident $n:expr;)*) => {$(
            #[test]
            fn $name() {
                assert_eq!(super::count(&"ab".repeat($n))[&'a'], $n);
            }
        )*};
    }
    tests! {
        t01 1; t02 2; t03 3; t04 4; t05 5; t06 6; t07 7; t08 8; t09 9; t10 10;
        t11 11; t12 12; t13 13; t14 14; t15 15; t16 16; t17 17; t18 18; t19 19; t20 20;
        t21 21; t22 22; t23 23; t24 24; t25 25; t26 26; t27 27; t28 28; t29 29; t30 30;
    }
}

#[cfg(test)]
mod endings {
    #[test]
    fn fails() {
        assert_eq!(1 + 1, 3, "this failure is wanted");
    }

    #[test]
    fn panics() {
        panic!("this panic is wanted");
    }

    #[test]
    #[should_panic]
    fn panics_as_it_should() {
        panic!("wanted");
    }

    #[test]
    #[should_panic(expected = "index out of bounds")]
    fn panics_with_the_right_text() {
        let v: Vec<u8> = Vec::new();
        let _ = v[std::hint::black_box(3)];
    }

    #[test]
    #[should_panic]
    fn should_panic_but_does_not() {}

    #[test]
    #[ignore]
    fn ignored() {
        panic!("nobody runs this");
    }

    #[test]
    #[ignore = "slow"]
    fn ignored_for_a_reason() {}

    #[test]
    fn error() -> Result<(), String> {
        Err("this error is wanted".into())
    }

    #[test]
    fn result() -> Result<(), String> {
        Ok(())
    }

    #[test]
    fn aborts() {
        std::process::abort();
    }

    #[test]
    fn exits() {
        std::process::exit(7);
    }

    #[test]
    fn overflows() {
        fn deeper(n: u64) -> u64 {
            if std::hint::black_box(n) == 0 { 0 } else { 1 + deeper(n - 1) }
        }
        assert_eq!(deeper(100), 100);
    }
}

#[cfg(test)]
mod names {
    fn check<T: Default + PartialEq + std::fmt::Debug>() {
        assert_eq!(T::default(), T::default());
    }

    macro_rules! generic {
        ($($module:ident: $t:ty;)*) => {$(
            mod $module {
                #[test]
                fn default_of_a_type_with_parameters() {
                    super::check::<$t>();
                }
            }
        )*};
    }
    generic! {
        vec_of_pairs: Vec<(u8, String)>;
        map_of_maps: std::collections::HashMap<String, std::collections::BTreeMap<u8, Vec<u16>>>;
        option: Option<Box<[u8; 3]>>;
    }

    #[test]
    fn größe_äöü() {}

    #[test]
    fn 試験() {}

    #[test]
    fn проверка_длинного_имени() {}

    #[test]
    fn a_name_that_is_so_long_that_no_file_system_would_take_it_as_a_file_name_when_each_of_its_many_letters_took_a_byte_or_more_and_so_on_and_on_until_the_limit_of_two_hundred_and_fifty_five_bytes_has_been_passed_by_a_margin_that_cannot_be_overlooked_one() {}

    #[test]
    fn a_name_that_is_so_long_that_no_file_system_would_take_it_as_a_file_name_when_each_of_its_many_letters_took_a_byte_or_more_and_so_on_and_on_until_the_limit_of_two_hundred_and_fifty_five_bytes_has_been_passed_by_a_margin_that_cannot_be_overlooked_two() {}

    mod a {
        #[test]
        fn b_c() {}
    }

    mod a_b {
        #[test]
        fn c() {}
    }

    #[test]
    fn a__b_c() {}
}

-- A .hex file in memory: one word of a fixed number of lower-case digits a line. A file that is missing, short,
-- over-long or malformed ends the simulation with severity failure.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use std.textio.all;

package hex_words is
  type word_array is array (natural range <>) of integer;

  -- Reads exactly `count` words of `bits` bits from the file and extends their sign.
  impure function read_words(path : string; bits : positive; count : natural) return word_array;
  -- The digits of the low `bits` bits of a word.
  function hex(word : integer; bits : positive) return string;
end package;

package body hex_words is
  constant DIGITS : string(1 to 16) := "0123456789abcdef";

  function digit_value(c : character) return integer is
  begin
    for i in DIGITS'range loop
      if DIGITS(i) = c then
        return i - 1;
      end if;
    end loop;
    return -1;
  end function;

  function hex(word : integer; bits : positive) return string is
    variable text : string(1 to (bits + 3) / 4);
    variable rest : unsigned(31 downto 0) := unsigned(to_signed(word, 32));
  begin
    for i in text'reverse_range loop
      text(i) := DIGITS(to_integer(rest(3 downto 0)) + 1);
      rest := shift_right(rest, 4);
    end loop;
    return text;
  end function;

  impure function read_words(path : string; bits : positive; count : natural) return word_array is
    file input_file : text;
    variable status : file_open_status;
    variable words : word_array(0 to count - 1);
    variable found : natural := 0;
    variable text_line : line;
    variable word : unsigned(31 downto 0);
    variable digit : integer;
  begin
    file_open(status, input_file, path, read_mode);
    assert status = open_ok report "FAIL " & path & ": cannot be opened" severity failure;
    while not endfile(input_file) loop
      readline(input_file, text_line);
      word := (others => '0');
      digit := 0;
      for i in text_line'range loop
        digit := digit_value(text_line(i));
        exit when digit < 0;
        word := shift_left(word, 4) or to_unsigned(digit, 32);
      end loop;
      assert digit >= 0 and text_line'length = (bits + 3) / 4
        report "FAIL " & path & ": line " & to_string(found + 1) & " is not a word of " & to_string((bits + 3) / 4) &
               " digits" severity failure;
      if found < count then
        words(found) := to_integer(signed(word(bits - 1 downto 0)));
      end if;
      found := found + 1;
    end loop;
    file_close(input_file);
    assert found = count and count > 0
      report "FAIL " & path & ": expected " & to_string(count) & " words, found " & to_string(found) severity failure;
    return words;
  end function;
end package body;

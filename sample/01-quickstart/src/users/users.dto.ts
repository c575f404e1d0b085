import { Expose } from 'class-transformer';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { RegisterDto, UserReadDto, UserUpdateDto } from 'nestjs-users';

export class AppRegisterDto extends RegisterDto {
  @IsOptional()
  @IsString()
  @MaxLength(100)
  fullName?: string | null;
}

export class AppUserReadDto extends UserReadDto {
  @Expose()
  fullName!: string | null;
}

export class AppUserUpdateDto extends UserUpdateDto {
  @IsOptional()
  @IsString()
  @MaxLength(100)
  fullName?: string | null;
}
